package dev.sanaq.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Copies a folder and changes the copy before anybody sees it. Stateless. */
public final class FolderCopy {
  private FolderCopy() {}

  /** Changes a copy that is not in its place yet. */
  @FunctionalInterface
  public interface Change {
    void apply(Path copy) throws IOException;
  }

  /**
   * Copies a folder to {@code TO.partial}, applies a change, and renames the copy. After an error
   * nothing is left. Symbolic links become what they point to.
   *
   * @param except a folder directly below {@code from} that is not copied
   * @param to must not exist
   * @throws FileAlreadyExistsException if {@code to} exists
   */
  public static void write(Path from, String except, Path to, Change change) throws IOException {
    if (Files.exists(to)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    Path target = to.toAbsolutePath().normalize();
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    Folders.delete(partial);
    try {
      copy(from, from.resolve(except), partial);
      change.apply(partial);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error e) {
      Folders.delete(partial);
      throw e;
    }
  }

  private static void copy(Path from, Path except, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) paths.filter(p -> !p.startsWith(except))::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
