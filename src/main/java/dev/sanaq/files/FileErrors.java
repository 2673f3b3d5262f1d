package dev.sanaq.files;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Words for what went wrong with a file. The exceptions of {@code java.nio.file} have only the path
 * as their message, and others, as of a full disk, only the reason.
 */
public final class FileErrors {
  /** Writes or reads a file. */
  @FunctionalInterface
  public interface Action {
    /** Does the work. */
    void run() throws IOException;
  }

  private FileErrors() {}

  /** The file, if the exception names one, and the reason. */
  public static String describe(IOException e) {
    return e instanceof FileSystemException named && named.getFile() != null
        ? named.getFile() + ": " + reason(e)
        : reason(e);
  }

  /** What it was thrown for: it always has a cause. */
  public static IOException cause(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause());
  }

  /** The reason alone, for a message that names the file. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      return "no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission";
    }
    if (e instanceof FileAlreadyExistsException existing) {
      boolean folder = Files.isDirectory(Path.of(existing.getFile()));
      return "a %s of this name exists already".formatted(folder ? "folder" : "file");
    }
    if (e instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    }
    if (e instanceof CharacterCodingException) {
      return "it is not UTF-8 text";
    }
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
    if (reason == null) {
      return "it cannot be used (%s)".formatted(e.getClass().getSimpleName());
    }
    return switch (reason) {
      case "Is a directory" -> "it is a folder";
      case "Not a directory" -> "a part of the path is not a folder";
      case "Operation not permitted" -> "no permission";
      case "Read-only file system" -> "the file system is read-only";
      case "No space left on device" -> "no space left on the disk";
      default -> reason;
    };
  }

  /**
   * Runs work on a file whose errors would not say which file it was, or name a temporary one.
   *
   * @throws FileSystemException with the file and the reason, if the work fails
   */
  public static void naming(Path file, Action work) throws IOException {
    try {
      work.run();
    } catch (IOException e) {
      throw named(file, e);
    }
  }

  /**
   * The lines of a UTF-8 file.
   *
   * @throws FileSystemException with the file and the reason, if it cannot be read
   */
  public static List<String> readAllLines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw named(file, e);
    }
  }

  /** The failure with the file and the reason, whatever the exception itself names. */
  public static FileSystemException named(Path file, IOException e) {
    FileSystemException named = new FileSystemException(file.toString(), null, reason(e));
    named.initCause(e);
    return named;
  }
}
