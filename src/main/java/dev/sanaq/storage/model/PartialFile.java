package dev.sanaq.storage.model;

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
 * @param file the expected length and checksum
 */
record PartialFile(Path target, Path part, Path etag, Manifest.Entry file) {
  private static final int BUFFER_BYTES = 1 << 20;

  /** The files of a manifest entry below a folder. */
  static PartialFile of(Path folder, Manifest.Entry file) {
    return new PartialFile(
        folder.resolve(file.path()),
        folder.resolve(file.path() + ".part"),
        folder.resolve(file.path() + ".etag"),
        file);
  }

  /** Whether the complete file exists and is valid. */
  boolean isDownloaded() throws IOException {
    return isValid(target);
  }

  /** Whether the part has the file's length. */
  boolean isPartComplete() throws IOException {
    return resumeOffset() >= file.bytes() && Files.exists(part);
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
      long left = file.bytes() - offset;
      for (int read = in.read(buffer); read >= 0 && left >= 0; read = in.read(buffer)) {
        int count = read;
        FileErrors.naming(part, () -> out.write(buffer, 0, count));
        left -= read;
      }
      if (left == file.bytes() - offset) {
        throw new EOFException("the storage returned an empty body");
      }
    }
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
    return Files.exists(path)
        && Files.size(path) == file.bytes()
        && FileSha256.hex(path).equals(file.sha256());
  }
}
