package dev.sanaq.storage.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Pulls a checkpoint from S3 into a folder. Files are downloaded to {@code FOLDER.partial}; one
 * rename creates the folder once all of them are complete and verified, so it is never incomplete. An
 * interrupted pull is resumed. A lock file serializes processes that pull into the same folder.
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
  public void pull(ModelUri from, Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(target.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  sibling(target, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        pullLocked(from, target);
      }
    } catch (IOException e) {
      throw new ModelTransferException(
          "could not write %s: %s".formatted(target, e.getMessage()), e);
    }
  }

  private void pullLocked(ModelUri from, Path folder) throws IOException {
    byte[] text = readManifest(from);
    Manifest manifest = Manifest.parse(text, from);
    if (isUpToDate(folder, text, manifest)) {
      LOG.infof("%s is up to date in %s", from, folder);
      return;
    }
    rejectForeignFiles(folder);
    Path partial = sibling(folder, ".partial");
    Files.createDirectories(partial);
    deleteStaleFiles(partial, manifest);
    checkFreeSpace(partial, manifest);
    LOG.infof(
        "downloading %s: %d files, %d MB", from, manifest.files().size(), manifest.totalBytes() >> 20);
    downloadFiles(from, manifest, partial);
    Files.write(partial.resolve(Manifest.FILE_NAME), text);
    replace(partial, folder);
    LOG.infof("downloaded %s to %s", from, folder);
  }

  private byte[] readManifest(ModelUri from) {
    try {
      return s3.getObjectAsBytes(get -> get.bucket(from.bucket()).key(from.key(Manifest.FILE_NAME)))
          .asByteArray();
    } catch (NoSuchKeyException e) {
      throw new ModelTransferException(
          "there is no %s/%s; push the checkpoint with model push"
              .formatted(from, Manifest.FILE_NAME),
          e);
    } catch (SdkException e) {
      throw new ModelTransferException("could not read %s: %s".formatted(from, e.getMessage()), e);
    }
  }

  // The folder was created by a rename after verification: its manifest describes its files.
  private static boolean isUpToDate(Path folder, byte[] text, Manifest manifest)
      throws IOException {
    Path manifestFile = folder.resolve(Manifest.FILE_NAME);
    if (!Files.exists(manifestFile) || !java.util.Arrays.equals(Files.readAllBytes(manifestFile), text)) {
      return false;
    }
    for (Manifest.Entry file : manifest.files()) {
      Path path = folder.resolve(file.path());
      if (!Files.exists(path) || Files.size(path) != file.bytes()) {
        return false;
      }
    }
    return true;
  }

  // Only a pulled checkpoint is replaced; other files of the user are never deleted.
  private static void rejectForeignFiles(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.exists(folder.resolve(Manifest.FILE_NAME))) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new ModelTransferException(
              "%s holds files that were not pulled; choose another folder, or unset the model source"
                  .formatted(folder));
        }
      }
    }
  }

  /** Deletes partial files that do not belong to this manifest. */
  private static void deleteStaleFiles(Path partial, Manifest manifest) throws IOException {
    List<Path> wanted = new ArrayList<>();
    for (Manifest.Entry file : manifest.files()) {
      PartialFile paths = PartialFile.of(partial, file);
      wanted.addAll(List.of(paths.target(), paths.part(), paths.etag()));
    }
    try (Stream<Path> files = Files.walk(partial)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!wanted.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private static void checkFreeSpace(Path partial, Manifest manifest) throws IOException {
    long present = 0;
    try (Stream<Path> files = Files.walk(partial)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        present += Files.size(file);
      }
    }
    long missing = manifest.totalBytes() - present;
    long free = Files.getFileStore(partial).getUsableSpace();
    if (missing > free) {
      throw new ModelTransferException(
          "%s has %d MB free, the checkpoint needs %d MB more"
              .formatted(partial, free >> 20, missing >> 20));
    }
  }

  private void downloadFiles(ModelUri from, Manifest manifest, Path partial) {
    ExecutorService threads = Executors.newFixedThreadPool(MAX_CONCURRENT_FILES);
    try {
      List<Future<?>> files = new ArrayList<>();
      for (Manifest.Entry file : manifest.files()) {
        files.add(
            threads.submit(
                new ResumableDownload(s3, from, file, partial, retryTimeout, threads::isShutdown)));
      }
      for (Future<?> file : files) {
        file.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ModelTransferException known
          ? known
          : new ModelTransferException("%s: %s".formatted(from, e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelTransferException("interrupted while pulling " + from, e);
    } finally {
      shutdownAndAwait(threads);
    }
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

  private static void replace(Path partial, Path folder) throws IOException {
    Path old = sibling(folder, ".old");
    delete(old);
    if (Files.exists(folder)) {
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static Path sibling(Path folder, String suffix) {
    return folder.resolveSibling(folder.getFileName() + suffix);
  }
}
