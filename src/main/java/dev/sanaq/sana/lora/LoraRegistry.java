package dev.sanaq.sana.lora;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.transformer.ScaledAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The LoRA adapters of a model: the files {@code adapters/NAME.safetensors} of its folder, and
 * those named by their path. Immutable.
 */
public final class LoraRegistry {
  private static final String FOLDER = "adapters";
  private static final String SUFFIX = ".safetensors";

  private final Map<String, LoraFile> byName;

  private LoraRegistry(Map<String, LoraFile> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads the adapters of the checkpoint's folder and the given files.
   *
   * @param files further adapters; each is named by its path
   * @throws dev.sanaq.checkpoint.CheckpointException if one does not fit the transformer
   */
  public static LoraRegistry load(Checkpoint checkpoint, List<Path> files) {
    Map<String, LoraFile> byName = new TreeMap<>();
    TransformerConfig config = checkpoint.transformer();
    Path folder = checkpoint.folder().resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path file : (Iterable<Path>) entries.sorted()::iterator) {
          String name = String.valueOf(file.getFileName());
          if (name.endsWith(SUFFIX)) {
            String stem = name.substring(0, name.length() - SUFFIX.length());
            byName.put(stem, LoraFile.open(file, config));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder, e);
      }
    }
    files.forEach(file -> byName.put(file.toString(), LoraFile.open(file, config)));
    return new LoraRegistry(byName);
  }

  /** The names of all adapters. */
  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * The adapters by name.
   *
   * @throws IllegalArgumentException if one does not exist
   */
  public List<ScaledAdapter> resolve(List<LoraWeight> weights) {
    return weights.stream()
        .map(
            weight -> {
              LoraFile adapter = byName.get(weight.name());
              if (adapter == null) {
                throw new IllegalArgumentException(
                    "unknown adapter %s; this model has %s".formatted(weight.name(), names()));
              }
              return new ScaledAdapter(adapter, weight.scale());
            })
        .toList();
  }
}
