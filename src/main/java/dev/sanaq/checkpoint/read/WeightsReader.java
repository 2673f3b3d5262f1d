package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.safetensors.SafetensorsFile;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Opens one network's weights: a single file, or shards with their index. */
final class WeightsReader {
  /** A file in the folder of the index: no separator, drive or leading dot. */
  private static final Pattern SHARD_NAME =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors");

  private static final int MAX_SHARDS = 1024;

  private WeightsReader() {}

  /**
   * Opens a variant of a network.
   *
   * @throws CheckpointException if files are missing or invalid, or index and shards disagree
   */
  static TensorIndex open(WeightFileNames files, String variant) {
    Path single = files.singleFile(variant);
    Path index = files.indexFile(variant);
    boolean sharded = Files.exists(index);
    if (sharded && Files.exists(single)) {
      String what = "either %s or an index".formatted(single.getFileName());
      throw new CheckpointException(
          files.folder().toString(), "", what, "both: it is not clear which one is meant");
    }
    if (!sharded && !Files.exists(single)) {
      String what = "%s or %s".formatted(single.getFileName(), index.getFileName());
      throw new CheckpointException(files.folder().toString(), "", what, "neither");
    }
    return sharded ? openSharded(index) : TensorIndex.open(single);
  }

  private static TensorIndex openSharded(Path index) {
    ObjectNode json = JsonFile.read(index);
    Map<String, String> shardOf = weightMap(index.toString(), json);
    ProblemCollector problems = new ProblemCollector();
    Map<String, Map<String, StoredTensor>> shards = new TreeMap<>();
    for (String shard : shardOf.values()) {
      if (!shards.containsKey(shard)) {
        Map<String, StoredTensor> tensors =
            problems.collect(() -> SafetensorsFile.read(index.resolveSibling(shard)));
        shards.put(shard, tensors == null ? Map.of() : tensors);
      }
    }
    problems.throwIfAny();
    Map<String, StoredTensor> all = new LinkedHashMap<>();
    shards.forEach(
        (shard, tensors) ->
            tensors.values().forEach(t -> addTensor(index, shard, t, shardOf, all, problems)));
    shardOf.forEach(
        (name, shard) -> {
          if (!shards.getOrDefault(shard, Map.of()).containsKey(name)) {
            String what = "in " + shard + ", as the index says";
            problems.add(index.toString(), name, what, "no such tensor there");
          }
        });
    problems.throwIfAny();
    return new TensorIndex(index.toString(), all);
  }

  private static void addTensor(
      Path index,
      String shard,
      StoredTensor tensor,
      Map<String, String> shardOf,
      Map<String, StoredTensor> all,
      ProblemCollector problems) {
    String listed = shardOf.get(tensor.name());
    if (!shard.equals(listed)) {
      String what = listed == null ? "nowhere: the index lists no such tensor" : "in " + listed;
      problems.add(index.toString(), tensor.name(), what, "in " + shard);
    }
    all.put(tensor.name(), tensor);
  }

  private static Map<String, String> weightMap(String file, ObjectNode json) {
    JsonNode map = json.path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(
          file, "weight_map", "an object of file names", JsonFile.shortened(map));
    }
    ProblemCollector problems = new ProblemCollector();
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      JsonNode shard = entry.getValue();
      if (shard.isTextual() && SHARD_NAME.matcher(shard.asText()).matches()) {
        shardOf.put(entry.getKey(), shard.asText());
      } else {
        String what = "the name of a safetensors file next to the index";
        problems.add(file, entry.getKey(), what, JsonFile.shortened(shard));
      }
    }
    long shards = shardOf.values().stream().distinct().count();
    if (shards > MAX_SHARDS) {
      problems.add(file, "weight_map", "at most %s files".formatted(MAX_SHARDS), shards + "");
    }
    problems.throwIfAny();
    return shardOf;
  }
}
