package dev.sanaq.sana.lora;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.collection.LruMap;
import dev.sanaq.sana.transformer.ScaledAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The LoRA adapters of a model: the files {@code adapters/NAME.safetensors} of its folder, and
 * those named by their path. A file of the folder that cannot be used stays in the list with the
 * reason, so that it fails the jobs that ask for it and no others. Files of other places are opened
 * on demand; the least recently used ones are closed. Any number of threads.
 */
public final class LoraRegistry {
  /** The folder of a checkpoint that holds its adapters. */
  public static final String FOLDER = "adapters";

  private static final String SUFFIX = ".safetensors";
  private static final int MAX_OPENED = 256;

  private final SortedMap<String, LoraFile> byName;
  private final SortedMap<String, String> problems;
  private final TransformerConfig config;

  /** Headers of files of other places by SHA-256. */
  private final LruMap<String, LoraFile> opened = new LruMap<>(MAX_OPENED);

  private LoraRegistry(
      SortedMap<String, LoraFile> byName,
      SortedMap<String, String> problems,
      TransformerConfig config) {
    this.byName = byName;
    this.problems = problems;
    this.config = config;
  }

  /**
   * Opens the adapters of the checkpoint's folder and the given files.
   *
   * @param files further adapters; each is named by its path
   * @throws CheckpointException if one of the given files cannot be used
   */
  public static LoraRegistry load(Checkpoint checkpoint, List<Path> files) {
    SortedMap<String, LoraFile> byName = new TreeMap<>();
    SortedMap<String, String> problems = new TreeMap<>();
    TransformerConfig config = checkpoint.transformer();
    Path folder = checkpoint.folder().resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path file : (Iterable<Path>) entries.sorted()::iterator) {
          String name = String.valueOf(file.getFileName());
          if (name.endsWith(SUFFIX)) {
            open(
                file, name.substring(0, name.length() - SUFFIX.length()), config, byName, problems);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder, e);
      }
    }
    files.forEach(file -> byName.put(file.toString(), LoraFile.open(file, config)));
    return new LoraRegistry(byName, problems, config);
  }

  private static void open(
      Path file,
      String name,
      TransformerConfig config,
      Map<String, LoraFile> byName,
      Map<String, String> problems) {
    try {
      byName.put(name, LoraFile.open(file, config));
    } catch (CheckpointException e) {
      problems.put(name, e.getMessage());
    }
  }

  /** All adapters by name, also those that cannot be used. */
  public List<LoraInfo> list() {
    return Stream.concat(
            byName.entrySet().stream()
                .map(
                    e ->
                        LoraInfo.usable(
                            e.getKey(),
                            e.getValue().sha256(),
                            e.getValue().maxRank(),
                            e.getValue().bytes())),
            problems.entrySet().stream().map(e -> LoraInfo.unusable(e.getKey(), e.getValue())))
        .toList();
  }

  /**
   * The adapters by name, without those whose scale is 0.
   *
   * @throws UnusableAdapterException if one does not exist, has other bytes than the weight names,
   *     or cannot be used
   */
  public List<ScaledAdapter> resolve(List<LoraWeight> weights) {
    return weights.stream()
        .map(weight -> new ScaledAdapter(find(weight), weight.scale()))
        .filter(adapter -> adapter.scale() != 0)
        .toList();
  }

  /**
   * Opens an adapter that is not open yet, and checks it.
   *
   * @throws UnusableAdapterException if it does not exist, has other bytes than the weight names,
   *     or cannot be used
   */
  public void open(LoraWeight weight) {
    find(weight);
  }

  private LoraFile find(LoraWeight weight) {
    return weight.source().map(source -> opened(weight, source)).orElseGet(() -> named(weight));
  }

  private LoraFile opened(LoraWeight weight, LoraSource source) {
    Optional<LoraFile> known = opened.get(weight.sha256());
    if (known.isPresent()) {
      return known.get();
    }
    LoraFile adapter;
    try {
      adapter = LoraFile.open(source.file(), config);
    } catch (CheckpointException e) {
      String message = String.valueOf(e.getMessage());
      throw new UnusableAdapterException(
          message.replace(source.file().toString(), source.uri()), e);
    }
    requireHash(weight, adapter);
    opened.put(weight.sha256(), adapter);
    return adapter;
  }

  private LoraFile named(LoraWeight weight) {
    String problem = problems.get(weight.name());
    if (problem != null) {
      throw new UnusableAdapterException(
          "adapter %s cannot be used: %s".formatted(weight.name(), problem));
    }
    LoraFile adapter = byName.get(weight.name());
    if (adapter == null) {
      throw new UnusableAdapterException(
          "unknown adapter %s; this model has %s".formatted(weight.name(), byName.keySet()));
    }
    requireHash(weight, adapter);
    return adapter;
  }

  private static void requireHash(LoraWeight weight, LoraFile adapter) {
    if (!weight.sha256().isEmpty() && !weight.sha256().equals(adapter.sha256())) {
      throw new UnusableAdapterException(
          "adapter %s: expected sha256 %s, found %s"
              .formatted(weight.name(), weight.sha256(), adapter.sha256()));
    }
  }
}
