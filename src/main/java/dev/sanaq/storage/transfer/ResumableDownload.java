package dev.sanaq.storage.transfer;

import dev.sanaq.files.FileErrors;
import dev.sanaq.retry.Backoff;
import dev.sanaq.storage.transfer.DownloadException.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Downloads one file, and resumes a partial download: appends to {@code NAME.part} with a range
 * request while the object's ETag is the same ({@code If-Match}), and renames the part once its
 * checksum matches. One thread.
 */
public final class ResumableDownload implements Callable<Void> {
  private static final Logger LOG = Logger.getLogger(ResumableDownload.class);
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int MAX_OBJECT_CHANGES = 3;
  private static final int MAX_RESTARTS = 5;
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(10)).withJitter(0);

  private final S3Client s3;
  private final ObjectUri source;
  private final PartialFile partial;
  private final Duration retryTimeout;
  private final BooleanSupplier cancelled;
  private int objectChanges;
  private int restarts;

  /**
   * @param retryTimeout how long to retry without progress
   * @param cancelled checked after a failure: an error may hide that the thread was interrupted
   */
  public ResumableDownload(
      S3Client s3,
      ObjectUri source,
      PartialFile partial,
      Duration retryTimeout,
      BooleanSupplier cancelled) {
    this.cancelled = cancelled;
    this.s3 = s3;
    this.source = source;
    this.partial = partial;
    this.retryTimeout = retryTimeout;
  }

  /**
   * Downloads the file, unless it is there and valid. Blocks.
   *
   * @throws DownloadException if the object is not the expected one or cannot be read
   * @throws IOException if the file cannot be written
   * @throws InterruptedException if the download was cancelled
   */
  @Override
  public Void call() throws IOException, InterruptedException {
    Files.createDirectories(partial.target().getParent());
    if (partial.isDownloaded()) {
      return null;
    }
    downloadWithRetries();
    if (!partial.isPartValid()) {
      // Damaged in transit or on this disk? A second full download decides.
      LOG.warnf("%s has a wrong checksum; downloading it again", source);
      partial.delete();
      downloadWithRetries();
    }
    if (!partial.isPartValid()) {
      DownloadException mismatch = mismatch(partial.describePart());
      partial.delete();
      throw mismatch;
    }
    partial.complete();
    return null;
  }

  /** Downloads until the part has the file's length; retries storage and network errors. */
  private void downloadWithRetries() throws IOException, InterruptedException {
    long lastProgress = System.nanoTime();
    int retry = 0;
    while (!partial.isPartComplete()) {
      long offset = partial.resumeOffset();
      try {
        downloadFrom(offset);
      } catch (SdkException | IOException e) {
        if (partial.resumeOffset() > offset) {
          lastProgress = System.nanoTime();
          retry = 0;
        }
        if (cancelled.getAsBoolean()) {
          throw new InterruptedException();
        }
        failIfFatal(e, System.nanoTime() - lastProgress);
        Thread.sleep(BACKOFF.delay(++retry).toMillis());
      }
    }
  }

  private void failIfFatal(Exception e, long nanosWithoutProgress) throws IOException {
    int status = e instanceof S3Exception refused ? refused.statusCode() : 0;
    if (status == PRECONDITION_FAILED || status == RANGE_NOT_SATISFIABLE) {
      LOG.warnf("%s has changed; downloading it from the start", source);
      partial.delete();
      if (++objectChanges > MAX_OBJECT_CHANGES) {
        throw mismatch("an object that changes during its download");
      }
      return;
    }
    if (status == NOT_FOUND) {
      throw downloadFailure(e, Reason.MISSING);
    }
    if (status == FORBIDDEN
        || e instanceof FileSystemException
        || nanosWithoutProgress > retryTimeout.toNanos()) {
      throw downloadFailure(e, Reason.FAILED);
    }
  }

  private DownloadException mismatch(String found) {
    return new DownloadException(
        Reason.MISMATCH,
        "%s: expected %s bytes with sha256 %s, found %s"
            .formatted(source, partial.bytes(), partial.sha256(), found));
  }

  private DownloadException downloadFailure(Exception e, Reason reason) {
    return new DownloadException(
        reason,
        "could not download %s: %s"
            .formatted(
                source, e instanceof IOException io ? FileErrors.describe(io) : e.getMessage()),
        e);
  }

  private void downloadFrom(long offset) throws IOException {
    if (partial.bytes() == 0) {
      partial.createEmpty();
      return;
    }
    GetObjectRequest.Builder get =
        GetObjectRequest.builder().bucket(source.bucket()).key(source.key());
    if (offset > 0) {
      get.range("bytes=%s-".formatted(offset)).ifMatch(partial.readEtag());
    }
    try (ResponseInputStream<GetObjectResponse> in = s3.getObject(get.build())) {
      if (offset > 0 && in.response().contentRange() == null) {
        restartWithoutRange(offset);
        return;
      }
      if (offset == 0) {
        if (in.response().contentLength() != partial.bytes()) {
          throw mismatch(in.response().contentLength() + " bytes");
        }
        partial.restart(in.response().eTag());
      }
      partial.append(in, offset);
    }
  }

  // Each restart loses all progress, so a connection that always breaks would never finish.
  private void restartWithoutRange(long previousOffset) throws IOException {
    partial.delete();
    if (++restarts > MAX_RESTARTS) {
      throw new DownloadException(
          Reason.FAILED,
          "could not download %s: the storage ignores Range requests, and the connection broke %s times, the last time after %s of %s bytes; enable Range requests in the storage or proxy, or copy the files into the folder yourself"
              .formatted(source, restarts, previousOffset, partial.bytes()));
    }
  }
}
