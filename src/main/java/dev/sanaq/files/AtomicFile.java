package dev.sanaq.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes whole files so that a reader never sees a part of one. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a file next to its target and moves it there; replaces an older file of that name.
   *
   * @throws java.nio.file.FileSystemException with the target and the reason, if that fails
   */
  public static void write(Path target, byte[] bytes) throws IOException {
    Path name = target.getFileName();
    Path temporary = target.resolveSibling(".%s.%s".formatted(name, ProcessHandle.current().pid()));
    FileErrors.naming(
        target,
        () -> {
          try {
            Files.write(temporary, bytes);
            Files.move(
                temporary,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
          } finally {
            Files.deleteIfExists(temporary);
          }
        });
  }

  /** As {@link #write(Path, byte[])}, in UTF-8. */
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }
}
