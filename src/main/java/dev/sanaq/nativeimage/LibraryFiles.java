package dev.sanaq.nativeimage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Native libraries as files beside the executable. They would be a quarter of it, and a gateway
 * needs none of them.
 */
final class LibraryFiles {
  private static final Path EXECUTABLE = Path.of("/proc/self/exe");

  private LibraryFiles() {}

  /**
   * Finds the file of a library that the library's jar has as a resource.
   *
   * @throws IllegalStateException if it is not beside the executable
   */
  static Path find(String resource) {
    try {
      return find(EXECUTABLE.toRealPath(), resource);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find the folder of the executable", e);
    }
  }

  static Path find(Path executable, String resource) {
    Path file = executable.resolveSibling(fileName(resource));
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          "%s is missing: copy the build's target/*.so next to the executable".formatted(file));
    }
    return file;
  }

  /**
   * Returns the name of a library's file: with the flavor where the jar has one for each, such as
   * {@code libdjl_torch-cu128.so} for {@code jnilib/linux-x86_64/cu128/libdjl_torch.so}.
   */
  static String fileName(String resource) {
    Path path = Path.of(resource);
    String name = String.valueOf(path.getFileName());
    if (!resource.startsWith("jnilib/")) {
      return name;
    }
    return name.replace(".so", "-%s.so".formatted(path.getName(path.getNameCount() - 2)));
  }
}
