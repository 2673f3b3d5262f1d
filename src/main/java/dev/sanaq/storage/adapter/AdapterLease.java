package dev.sanaq.storage.adapter;

import java.nio.file.Path;

/** An adapter's file, which no process deletes until the lease is closed. Any number of threads. */
public final class AdapterLease implements AutoCloseable {
  private final Path file;
  private final HashLocks.Held lock;

  AdapterLease(Path file, HashLocks.Held lock) {
    this.file = file;
    this.lock = lock;
  }

  /** The file. */
  public Path file() {
    return file;
  }

  @Override
  public void close() {
    lock.close();
  }
}
