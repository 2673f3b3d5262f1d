package dev.sanaq.storage.transfer;

import dev.sanaq.files.FileErrors;
import dev.sanaq.files.FileSha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file while it is downloaded: its bytes so far, and the ETag of the object that they belong to.
 * One thread.
 *
 * @param target the complete file, {@code NAME}
 * @param part the bytes so far, {@code NAME.part}
 * @param etag the object's ETag, {@code NAME.etag}
 * @param bytes the expected length
 * @param sha256 the expected hash, in 64 hexadecimal digits
 */
public record PartialFile(Path target, Path part, Path etag, long bytes, String sha256) {
  private static final int BUFFER_BYTES = 1 << 20;

  /** The files of a download to {@code target}. */
  public static PartialFile of(Path target, long bytes, String sha256) {
    return new PartialFile(
        target,
        target.resolveSibling(target.getFileName() + ".part"),
        target.resolveSibling(target.getFileName() + ".etag"),
        bytes,
        sha256);
  }

  /** Whether the complete file exists and is valid. */
  boolean isDownloaded() throws IOException {
    return isValid(target);
  }

  /** Whether the part has the file's length. */
  boolean isPartComplete() throws IOException {
    return resumeOffset() >= bytes && Files.exists(part);
  }

  /** Whether the part has the file's length and checksum. */
  boolean isPartValid() throws IOException {
    return isValid(part);
  }

  /** The bytes that can be continued from; 0 if the part's ETag is unknown. */
  long resumeOffset() throws IOException {
    return Files.exists(part) && Files.exists(etag) ? Files.size(part) : 0;
  }

  /** The ETag of the object that the part belongs to. */
  String readEtag() throws IOException {
    return Files.readString(etag);
  }

  /** Starts over with the bytes of an object. */
  void restart(String newEtag) throws IOException {
    delete();
    Files.writeString(etag, newEtag);
  }

  /** Creates the part of an empty file. */
  void createEmpty() throws IOException {
    restart("");
    Files.write(part, new byte[0]);
  }

  /**
   * Appends an object's bytes to the part, until the stream ends.
   *
   * @param offset the bytes before them
   * @throws EOFException if the stream is empty
   */
  void append(InputStream in, long offset) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = bytes - offset;
      for (int read = in.read(buffer); read >= 0 && left >= 0; read = in.read(buffer)) {
        int count = read;
        FileErrors.naming(part, () -> out.write(buffer, 0, count));
        left -= read;
      }
      if (left == bytes - offset) {
        throw new EOFException("the storage returned an empty body");
      }
    }
  }

  /** The part's length and hash, for messages. */
  String describePart() throws IOException {
    return "%s bytes with sha256 %s".formatted(Files.size(part), FileSha256.hex(part));
  }

  /** Deletes the part and its ETag. */
  void delete() throws IOException {
    Files.deleteIfExists(part);
    Files.deleteIfExists(etag);
  }

  /** Renames the part to the complete file. */
  void complete() throws IOException {
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(etag);
  }

  private boolean isValid(Path path) throws IOException {
    return Files.exists(path) && Files.size(path) == bytes && FileSha256.hex(path).equals(sha256);
  }
}
