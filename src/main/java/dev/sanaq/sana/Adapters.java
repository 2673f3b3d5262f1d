package dev.sanaq.sana;

import dev.sanaq.sana.checkpoint.Adapter;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.TransformerConfig;
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
final class Adapters {
  private static final String FOLDER = "adapters";
  private static final String ENDING = ".safetensors";

  private final Map<String, Adapter> byName;

  private Adapters(Map<String, Adapter> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads all of them, and those that were named besides.
   *
   * @param files others, whose paths are their names
   * @throws dev.sanaq.sana.checkpoint.CheckpointException where one does not fit the transformer
   */
  static Adapters of(Checkpoint checkpoint, List<Path> files) {
    Map<String, Adapter> found = new TreeMap<>();
    TransformerConfig config = checkpoint.transformer();
    Path folder = checkpoint.folder().resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> beside = Files.list(folder)) {
        for (Path file : (Iterable<Path>) beside.sorted()::iterator) {
          String name = String.valueOf(file.getFileName());
          if (name.endsWith(ENDING)) {
            String own = name.substring(0, name.length() - ENDING.length());
            found.put(own, Adapter.open(file, config));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder, e);
      }
    }
    files.forEach(file -> found.put(file.toString(), Adapter.open(file, config)));
    return new Adapters(found);
  }

  Set<String> names() {
    return byName.keySet();
  }

  /**
   * What a drawing wants.
   *
   * @throws IllegalArgumentException where one is not there
   */
  List<ScaledAdapter> of(List<AdapterUse> wanted) {
    return wanted.stream()
        .map(
            use -> {
              Adapter adapter = byName.get(use.name());
              if (adapter == null) {
                throw new IllegalArgumentException(
                    "adapter %s: this model has %s".formatted(use.name(), names()));
              }
              return new ScaledAdapter(adapter, use.scale());
            })
        .toList();
  }
}
