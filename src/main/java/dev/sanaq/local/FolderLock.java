package dev.sanaq.local;

import dev.sanaq.files.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Keeps the data of a service to one process: a second Kafka on the same files would damage the
 * first one's data. The operating system releases the lock when the process dies.
 */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Creates the folder if it does not exist, and locks the data of a service in it.
   *
   * @throws UncheckedIOException if it cannot be used, or another process uses it
   */
  static FolderLock acquire(Path folder, LocalServiceKind kind) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("." + kind.name().toLowerCase(Locale.ROOT) + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (tryLock(channel)) {
        return new FolderLock(channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the folder %s cannot be used: %s".formatted(folder, FileErrors.reason(e)), e);
    }
    String message =
        "the folder %s is in use by another sanaq local or demo: stop it, or use another --data-dir"
            .formatted(folder);
    throw new UncheckedIOException(message, new IOException(message));
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another thread of this process
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
