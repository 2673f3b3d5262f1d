package dev.sanaq.storage.adapter;

import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.transfer.DownloadException;
import dev.sanaq.storage.transfer.DownloadException.Reason;
import dev.sanaq.storage.transfer.ObjectUri;
import dev.sanaq.storage.transfer.PartialFile;
import dev.sanaq.storage.transfer.ResumableDownload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Reads adapters from S3. Any number of threads; calls block. */
final class AdapterDownload {
  private static final Logger LOG = Logger.getLogger(AdapterDownload.class);
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int FIRST_SERVER_ERROR = 500;

  private final S3Client s3;
  private final long maxBytes;
  private final Duration retryTimeout;
  private final Backoff backoff;

  /**
   * @param maxBytes the largest file
   * @param retryTimeout how long a call is retried, and a download without progress
   */
  AdapterDownload(S3Client s3, long maxBytes, Duration retryTimeout) {
    this.s3 = s3;
    this.maxBytes = maxBytes;
    this.retryTimeout = retryTimeout;
    this.backoff =
        Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(5))
            .withDeadline(retryTimeout)
            .retryIf(AdapterDownload::isTransient);
  }

  /**
   * The length of an object.
   *
   * @throws AdapterRejectedException if it does not exist or is too large
   * @throws StorageException if the storage does not say
   */
  long length(ObjectUri uri, BooleanSupplier stopped) {
    long bytes;
    try {
      bytes =
          backoff.call(
              () -> s3.headObject(head -> head.bucket(uri.bucket()).key(uri.key())).contentLength(),
              stopped,
              (retry, delay, e) -> LOG.warnf("%s: retrying in %s: %s", uri, delay, e.getMessage()));
    } catch (SdkException e) {
      throw e instanceof S3Exception answer && answer.statusCode() == NOT_FOUND
          ? new AdapterRejectedException("there is no such object", e)
          : failure(uri, e);
    }
    if (bytes > maxBytes) {
      throw new AdapterRejectedException(
          "it has %s bytes; sanaq.adapters.max-file-bytes allows %s".formatted(bytes, maxBytes));
    }
    return bytes;
  }

  /**
   * Downloads an object to a file, and resumes an earlier download of it.
   *
   * @param bytes its length
   * @throws AdapterRejectedException if it has another hash, or does not exist any more
   * @throws StorageException if it cannot be read
   * @throws RetryAbortedException if it is no longer wanted
   */
  void run(ObjectUri uri, Path file, long bytes, String sha256, BooleanSupplier stopped)
      throws IOException {
    PartialFile partial = PartialFile.of(file, bytes, sha256);
    try {
      new ResumableDownload(s3, uri, partial, retryTimeout, stopped).call();
    } catch (DownloadException e) {
      throw e.reason() == Reason.FAILED
          ? new StorageException(String.valueOf(e.getMessage()), e)
          : new AdapterRejectedException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      if (!stopped.getAsBoolean()) {
        Thread.currentThread().interrupt();
      }
      throw new RetryAbortedException();
    }
  }

  private static boolean isTransient(RuntimeException e) {
    return !(e instanceof S3Exception answer) || answer.statusCode() >= FIRST_SERVER_ERROR;
  }

  private static StorageException failure(ObjectUri uri, SdkException e) {
    String reason =
        e instanceof S3Exception answer && answer.statusCode() == FORBIDDEN
            ? "the storage answers 403; the worker needs s3:GetObject and s3:ListBucket there"
            : String.valueOf(e.getMessage());
    return new StorageException("could not read adapter %s: %s".formatted(uri, reason), e);
  }
}
