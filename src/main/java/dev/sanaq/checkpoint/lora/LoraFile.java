package dev.sanaq.checkpoint.lora;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.FiniteNumbers;
import dev.sanaq.checkpoint.safetensors.SafetensorsContents;
import dev.sanaq.checkpoint.safetensors.SafetensorsFile;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.files.FileErrors;
import dev.sanaq.files.FileSha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A LoRA or DoRA adapter of a transformer: a safetensors file as diffusers, PEFT, kohya's scripts
 * or OneTrainer write it, in F32, F16 or BF16. Holds the header alone; the tensors stay in the
 * file. Immutable.
 */
public final class LoraFile {
  private final Path file;
  private final String sha256;
  private final long bytes;
  private final String naming;
  private final Set<String> dtypes;
  private final Map<String, LoraLayer> layers;

  LoraFile(
      Path file,
      String sha256,
      long bytes,
      String naming,
      Set<String> dtypes,
      Map<String, LoraLayer> layers) {
    this.file = file;
    this.sha256 = sha256;
    this.bytes = bytes;
    this.naming = naming;
    this.dtypes = Collections.unmodifiableSet(new TreeSet<>(dtypes));
    this.layers = Collections.unmodifiableMap(layers);
  }

  /**
   * Opens a file and checks it against a transformer. Reads the file twice: for its numbers and for
   * its hash.
   *
   * @throws CheckpointException with every problem found
   */
  public static LoraFile open(Path file, TransformerConfig config) {
    SafetensorsContents contents = SafetensorsFile.readContents(file);
    ProblemCollector problems = new ProblemCollector();
    LoraMetadata metadata = LoraMetadata.read(file, contents.metadata(), problems);
    Map<String, long[]> shapes = ExpectedShapes.of(config);
    LoraTensors tensors = LoraTensors.group(file, contents.tensors(), shapes, problems);
    problems.throwIfAny();
    FiniteNumbers.check(new TensorIndex(file.toString(), contents.tensors()), problems);
    problems.throwIfAny();
    LoraLayerReader reader = new LoraLayerReader(file, metadata, problems);
    Map<String, LoraLayer> layers = new LinkedHashMap<>();
    tensors
        .byLayer()
        .forEach(
            (layer, parts) ->
                reader
                    .read(layer, parts, Objects.requireNonNull(shapes.get(layer + ".weight")))
                    .ifPresent(read -> layers.put(layer, read)));
    problems.throwIfAny();
    Set<String> dtypes = new TreeSet<>();
    tensors.byLayer().values().forEach(p -> p.values().forEach(t -> dtypes.add(t.dtype().name())));
    return new LoraFile(file, sha256(file), length(file), tensors.naming(), dtypes, layers);
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new CheckpointException(file.toString(), "", "a readable file", FileErrors.reason(e));
    }
  }

  private static String sha256(Path file) {
    try {
      return FileSha256.hex(file);
    } catch (IOException e) {
      throw new CheckpointException(file.toString(), "", "a readable file", FileErrors.reason(e));
    }
  }

  /**
   * Checks that the file is still the one that was opened.
   *
   * @throws CheckpointException if it has other bytes
   */
  public void requireUnchanged() {
    if (!sha256(file).equals(sha256)) {
      throw new CheckpointException(
          file.toString(), "", "the file that was opened, sha256 " + sha256, "other bytes");
    }
  }

  /** The file's SHA-256 when it was opened, in 64 hexadecimal digits. */
  public String sha256() {
    return sha256;
  }

  /** The convention of the tensors' names, for people. */
  public String naming() {
    return naming;
  }

  /** The types of its tensors, sorted. */
  public Set<String> dtypes() {
    return dtypes;
  }

  /** Updates by layer: the weight's name without {@code .weight}. */
  public Map<String, LoraLayer> layers() {
    return layers;
  }

  /** The largest rank of its layers. */
  public int maxRank() {
    return layers.values().stream().mapToInt(LoraLayer::rank).max().orElse(0);
  }

  /** The length of the file when it was opened. */
  public long bytes() {
    return bytes;
  }

  /** Whether any layer has a DoRA magnitude. */
  public boolean isDora() {
    return layers.values().stream().anyMatch(layer -> layer.magnitude().isPresent());
  }
}
