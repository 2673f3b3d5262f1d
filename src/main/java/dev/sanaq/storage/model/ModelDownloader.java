package dev.sanaq.storage.model;

import dev.sanaq.files.FileErrors;
import dev.sanaq.storage.transfer.DownloadException;
import dev.sanaq.storage.transfer.ResumableDownload;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Pulls a checkpoint from S3 into a folder. Files are downloaded to {@code FOLDER.partial}; one
 * rename creates the folder once all of them are complete and verified, so it is never incomplete.
 * An interrupted pull is resumed. A lock file serializes processes that pull into the same folder.
 */
public final class ModelDownloader {
  private static final Logger LOG = Logger.getLogger(ModelDownloader.class);
  private static final int MAX_CONCURRENT_FILES = 4;

  private final S3Client s3;
  private final Duration retryTimeout;

  /**
   * @param s3 the caller closes it
   * @param retryTimeout how long the download of a file is retried without progress
   */
  public ModelDownloader(S3Client s3, Duration retryTimeout) {
    this.s3 = s3;
    this.retryTimeout = retryTimeout;
  }

  /**
   * Downloads the checkpoint, unless the folder holds it already. Blocks until it is complete.
   *
   * @throws ModelTransferException if the pull fails; the folder is then unchanged
   */
  public void pull(ModelUri source, Path target) {
    CheckpointFolder folder = CheckpointFolder.of(target);
    try {
      Files.createDirectories(folder.target().getParent());
      try (FileChannel channel =
              FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        pullLocked(source, folder);
      }
    } catch (IOException e) {
      throw new ModelTransferException(
          "could not write %s: %s".formatted(folder.target(), FileErrors.describe(e)), e);
    }
  }

  private void pullLocked(ModelUri source, CheckpointFolder folder) throws IOException {
    byte[] manifestJson = readManifest(source);
    Manifest manifest = Manifest.parse(manifestJson, source);
    if (folder.isUpToDate(manifestJson, manifest)) {
      LOG.infof("%s is up to date in %s", source, folder.target());
      return;
    }
    folder.prepare(manifest);
    LOG.infof(
        "downloading %s: %d files, %d MB",
        source, manifest.files().size(), manifest.totalBytes() >> 20);
    downloadFiles(source, manifest, folder.partial());
    folder.publish(manifestJson);
    LOG.infof("downloaded %s to %s", source, folder.target());
  }

  private byte[] readManifest(ModelUri source) {
    try {
      return s3.getObjectAsBytes(
              get -> get.bucket(source.bucket()).key(source.key(Manifest.FILE_NAME)))
          .asByteArray();
    } catch (NoSuchKeyException e) {
      throw new ModelTransferException(
          "there is no %s/%s; push the checkpoint with model push"
              .formatted(source, Manifest.FILE_NAME),
          e);
    } catch (SdkException e) {
      throw new ModelTransferException(
          "could not read %s: %s".formatted(source, e.getMessage()), e);
    }
  }

  private void downloadFiles(ModelUri source, Manifest manifest, Path partial) {
    ExecutorService threads = Executors.newFixedThreadPool(MAX_CONCURRENT_FILES);
    try {
      List<Future<?>> files = new ArrayList<>();
      for (Manifest.Entry file : manifest.files()) {
        files.add(
            threads.submit(
                new ResumableDownload(
                    s3,
                    source.object(file.path()),
                    file.below(partial),
                    retryTimeout,
                    threads::isShutdown)));
      }
      for (Future<?> file : files) {
        file.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof DownloadException failed
          ? new ModelTransferException(failed.getMessage() + advice(failed), failed)
          : new ModelTransferException("%s: %s".formatted(source, e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelTransferException("interrupted while pulling " + source, e);
    } finally {
      shutdownAndAwait(threads);
    }
  }

  private static String advice(DownloadException failure) {
    return failure.reason() == DownloadException.Reason.MISMATCH
        ? ": it was changed or damaged after the push; push the checkpoint again, to another URI"
        : "; the next pull resumes the partial file";
  }

  // A download that still runs would write to files of the next process that gets the lock.
  private static void shutdownAndAwait(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    boolean terminated = false;
    while (!terminated) {
      try {
        terminated = threads.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
