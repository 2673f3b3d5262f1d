package dev.sanaq.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Paths of the fixture checkpoints, and copies of them for damaging. */
public final class CheckpointFixtures {
  public static final List<String> NAMES =
      List.of("tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "tiny-sana-sprint");

  private CheckpointFixtures() {}

  public static Path checkpoint(String name) {
    return file(name + "/checkpoint");
  }

  static Path file(String name) {
    URL url =
        Objects.requireNonNull(CheckpointFixtures.class.getResource("/fixtures/" + name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies a checkpoint. */
  public static Path copy(String name, Path into) {
    Path from = checkpoint(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = into.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return into;
  }
}
