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
 * The adapters that lie beside a model, in its folder {@code adapters}: {@code NAME.safetensors}.
 */
public final class LoraRegistry {
  private static final String FOLDER = "adapters";
  private static final String SUFFIX = ".safetensors";

  private final Map<String, LoraFile> byName;

  private LoraRegistry(Map<String, LoraFile> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads all of them, and those that were named besides.
   *
   * @param files others, whose paths are their names
   * @throws dev.sanaq.checkpoint.CheckpointException where one does not fit the transformer
   */
  public static LoraRegistry load(Checkpoint checkpoint, List<Path> files) {
    Map<String, LoraFile> found = new TreeMap<>();
    TransformerConfig config = checkpoint.transformer();
    Path folder = checkpoint.folder().resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> beside = Files.list(folder)) {
        for (Path file : (Iterable<Path>) beside.sorted()::iterator) {
          String name = String.valueOf(file.getFileName());
          if (name.endsWith(SUFFIX)) {
            String own = name.substring(0, name.length() - SUFFIX.length());
            found.put(own, LoraFile.open(file, config));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder, e);
      }
    }
    files.forEach(file -> found.put(file.toString(), LoraFile.open(file, config)));
    return new LoraRegistry(found);
  }

  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * What a drawing wants.
   *
   * @throws IllegalArgumentException where one is not there
   */
  public List<ScaledAdapter> resolve(List<LoraWeight> wanted) {
    return wanted.stream()
        .map(
            use -> {
              LoraFile adapter = byName.get(use.name());
              if (adapter == null) {
                throw new IllegalArgumentException(
                    "adapter %s: this model has %s".formatted(use.name(), names()));
              }
              return new ScaledAdapter(adapter, use.scale());
            })
        .toList();
  }
}
