package dev.sanaq.storage.adapter;

import dev.sanaq.files.FileErrors;
import dev.sanaq.files.FileSha256;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.transfer.ObjectUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Adapters from S3 in a folder, by their SHA-256: fetched once, however many jobs and processes ask
 * at the same time, resumed where a download was interrupted, and deleted when the folder is full
 * and they were not used for longest. A file never changes: one hash, one content. Any number of
 * threads; calls block.
 */
public final class AdapterCache implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(AdapterCache.class);
  private static final Duration POLL = Duration.ofMillis(20);

  private final AdapterFolder folder;
  private final HashLocks locks;
  private final AdapterDownload download;
  private final long maxFolderBytes;
  private final Consumer<AdapterCacheEvent> listener;
  private final Set<String> verified = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<Source, CompletableFuture<Boolean>> fetches =
      new ConcurrentHashMap<>();
  private volatile boolean closed;

  private record Source(ObjectUri uri, String sha256) {}

  /**
   * @param s3 the caller closes it
   * @param retryTimeout how long a download is retried without progress
   * @param listener told what happens, for metrics
   */
  public AdapterCache(
      S3Client s3,
      AdapterConfig config,
      Duration retryTimeout,
      Consumer<AdapterCacheEvent> listener) {
    if (config.maxFileBytes() > config.maxFolderBytes()) {
      throw new IllegalArgumentException(
          "sanaq.adapters.max-file-bytes is %s, more than sanaq.adapters.max-folder-bytes, %s"
              .formatted(config.maxFileBytes(), config.maxFolderBytes()));
    }
    this.folder = new AdapterFolder(config.folderOrDefault().toAbsolutePath());
    this.locks = new HashLocks(folder.lockFile());
    this.download = new AdapterDownload(s3, config.maxFileBytes(), retryTimeout);
    this.maxFolderBytes = config.maxFolderBytes();
    this.listener = listener;
  }

  /** Whether {@link #acquire} need not fetch, unless the file is evicted meanwhile. */
  public boolean isPresent(String sha256) {
    return verified.contains(sha256) && Files.exists(folder.file(sha256));
  }

  /**
   * The file of an adapter; fetches it first if it is not there.
   *
   * @param sha256 of the file, in 64 lower-case hexadecimal digits
   * @param aborted whether the file is no longer wanted
   * @return closed by the caller
   * @throws AdapterRejectedException if the object does not exist, is too large or has another hash
   * @throws StorageException if the object cannot be read, or the folder not be written
   * @throws RetryAbortedException if the file is no longer wanted
   */
  public AdapterLease acquire(ObjectUri uri, String sha256, BooleanSupplier aborted) {
    BooleanSupplier stopped = () -> closed || aborted.getAsBoolean();
    try {
      folder.create();
      boolean fetched = false;
      while (true) {
        Optional<AdapterLease> present = leaseIfPresent(sha256, stopped);
        if (present.isPresent()) {
          if (!fetched) {
            listener.accept(AdapterCacheEvent.CACHED);
          }
          return present.get();
        }
        fetched = fetchOnce(new Source(uri, sha256), stopped);
      }
    } catch (IOException e) {
      throw unusableFolder(uri, e);
    }
  }

  private Optional<AdapterLease> leaseIfPresent(String sha256, BooleanSupplier stopped)
      throws IOException {
    Path file = folder.file(sha256);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    HashLocks.Held lock = locks.shared(sha256, stopped);
    boolean leased = false;
    try {
      leased = isValid(file, sha256) && folder.touch(sha256);
      return leased ? Optional.of(new AdapterLease(file, lock)) : Optional.empty();
    } finally {
      if (!leased) {
        lock.close();
      }
    }
  }

  /** Checks a file of another process or of an earlier one once; a damaged one is deleted. */
  private boolean isValid(Path file, String sha256) throws IOException {
    if (verified.contains(sha256)) {
      return true;
    }
    try {
      if (FileSha256.hex(file).equals(sha256)) {
        verified.add(sha256);
        return true;
      }
    } catch (NoSuchFileException e) {
      return false; // evicted meanwhile
    }
    LOG.warnf("%s is damaged; fetching it again", file);
    Files.deleteIfExists(file);
    return false;
  }

  /**
   * Fetches, or waits for another thread of this process that fetches the same.
   *
   * @return whether this call has fetched the file
   */
  private boolean fetchOnce(Source source, BooleanSupplier stopped) throws IOException {
    CompletableFuture<Boolean> own = new CompletableFuture<>();
    CompletableFuture<Boolean> other = fetches.putIfAbsent(source, own);
    if (other == null) {
      try {
        boolean fetched = fetch(source, stopped);
        own.complete(fetched);
        return fetched;
      } catch (IOException | RuntimeException e) {
        own.completeExceptionally(e instanceof IOException io ? unusableFolder(source.uri, io) : e);
        throw e;
      } finally {
        fetches.remove(source);
      }
    }
    while (!other.isDone()) {
      Backoff.sleep(POLL, stopped);
    }
    try {
      other.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException reason
          && !(reason instanceof RetryAbortedException)) {
        throw reason;
      }
    }
    return false;
  }

  /**
   * Fetches, unless another process does, or has done meanwhile.
   *
   * @return whether the file was fetched
   */
  private boolean fetch(Source source, BooleanSupplier stopped) throws IOException {
    Optional<HashLocks.Held> lock = locks.tryExclusive(source.sha256);
    if (lock.isEmpty()) {
      Backoff.sleep(POLL, stopped);
      return false;
    }
    Path file = folder.file(source.sha256);
    try (HashLocks.Held held = lock.get()) {
      if (Files.exists(file)) {
        return false;
      }
      download(source, file, stopped);
      listener.accept(AdapterCacheEvent.FETCHED);
      return true;
    } catch (AdapterRejectedException e) {
      listener.accept(AdapterCacheEvent.REJECTED);
      throw e;
    } catch (StorageException | IOException e) {
      listener.accept(AdapterCacheEvent.FAILED);
      throw e;
    }
  }

  private void download(Source source, Path file, BooleanSupplier stopped) throws IOException {
    long bytes = download.length(source.uri, stopped);
    makeRoom(source.sha256, bytes);
    download.run(source.uri, file, bytes, source.sha256, stopped);
    makeRoom(source.sha256, bytes); // others may have been fetched meanwhile
    verified.add(source.sha256);
    LOG.infof("fetched adapter %s, sha256 %s, %d bytes", source.uri, source.sha256, bytes);
  }

  private void makeRoom(String sha256, long bytes) throws IOException {
    int evicted = folder.makeRoom(maxFolderBytes, sha256, bytes, locks);
    for (int i = 0; i < evicted; i++) {
      listener.accept(AdapterCacheEvent.EVICTED);
    }
  }

  private StorageException unusableFolder(ObjectUri uri, IOException e) {
    return new StorageException(
        "could not keep adapter %s: %s; check sanaq.adapters.folder"
            .formatted(uri, FileErrors.describe(e)),
        e);
  }

  /** Ends the downloads that run; they are resumed by the next process. */
  @Override
  public void close() {
    closed = true;
    locks.close();
  }
}
