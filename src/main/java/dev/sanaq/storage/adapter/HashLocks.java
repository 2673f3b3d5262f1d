package dev.sanaq.storage.adapter;

import dev.sanaq.files.FileErrors;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Locks on files that are named by their SHA-256: between threads, and between processes that share
 * a folder. A lock is one byte of a lock file, at the position that the hash gives, so that a
 * process that dies loses its locks and no lock file is left behind for each hash. The lock file is
 * opened once, because closing it anywhere would release every lock of the process. Any number of
 * threads.
 */
final class HashLocks implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(HashLocks.class);
  private static final int POSITION_DIGITS = 15;
  private static final Duration POLL = Duration.ofMillis(20);

  private final Path file;
  private final Map<Long, State> states = new HashMap<>();
  private @Nullable FileChannel channel;

  /** A lock that is held; closing it more than once has no effect. */
  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** A byte that this process has locked: once, or by several holders together. */
  private static final class State {
    final FileLock lock;
    int holders = 1;

    State(FileLock lock) {
      this.lock = lock;
    }
  }

  /**
   * @param file created with the first lock; its folder must exist then
   */
  HashLocks(Path file) {
    this.file = file;
  }

  /**
   * Waits for a lock that other holders may share.
   *
   * @throws RetryAbortedException if it is no longer wanted
   */
  Held shared(String sha256, BooleanSupplier aborted) throws IOException {
    while (true) {
      Optional<Held> held = tryLock(sha256, true);
      if (held.isPresent()) {
        return held.get();
      }
      Backoff.sleep(POLL, aborted);
    }
  }

  /** A lock that nobody else holds; empty if somebody does. */
  Optional<Held> tryExclusive(String sha256) throws IOException {
    return tryLock(sha256, false);
  }

  private synchronized Optional<Held> tryLock(String sha256, boolean shared) throws IOException {
    long position = Long.parseLong(sha256.substring(0, POSITION_DIGITS), 16);
    State known = states.get(position);
    if (known != null) {
      if (!shared || !known.lock.isShared()) {
        return Optional.empty();
      }
      known.holders++;
      return Optional.of(held(position, known));
    }
    try {
      FileLock lock = open().tryLock(position, 1, shared);
      if (lock == null) {
        return Optional.empty();
      }
      State state = new State(lock);
      states.put(position, state);
      return Optional.of(held(position, state));
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // another instance in this JVM holds it
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel = open;
    }
    return open;
  }

  private Held held(long position, State state) {
    boolean[] closed = {false};
    return () -> {
      synchronized (this) {
        if (!closed[0]) {
          closed[0] = true;
          release(position, state);
        }
      }
    };
  }

  private void release(long position, State state) {
    if (--state.holders > 0) {
      return;
    }
    states.remove(position);
    if (state.lock.isValid()) { // not after close()
      try {
        state.lock.release();
      } catch (IOException e) {
        LOG.warnf("could not release a lock of %s: %s", file, FileErrors.reason(e));
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warnf("could not close %s: %s", file, FileErrors.reason(e));
    }
  }
}
