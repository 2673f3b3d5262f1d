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
 * Brings a checkpoint from the storage into a folder. The files gather beside it, in {@code
 * FOLDER.partial}, and the folder comes into being by one rename, when all are there and their
 * checksums hold: there is no half a model. What an ended process had fetched is gone on with.
 * Several processes that want the same folder take turns.
 */
public final class ModelDownloader {
  private static final Logger LOG = Logger.getLogger(ModelDownloader.class);
  private static final int MAX_CONCURRENT_FILES = 4;

  private final S3Client s3;
  private final Duration retryTimeout;

  /**
   * @param s3 stays its maker's to close
   * @param patience how long a file may make no progress while the storage refuses
   */
  public ModelDownloader(S3Client s3, Duration patience) {
    this.s3 = s3;
    this.retryTimeout = patience;
  }

  /**
   * Fetches what is not there; returns at once where the folder holds what the address holds.
   * Blocks for as long as the network takes.
   *
   * @throws ModelTransferException where it cannot be had whole; the folder is then as it was
   */
  public void pull(ModelUri from, Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(whole.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  sibling(whole, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        fetchLocked(from, whole);
      }
    } catch (IOException e) {
      throw new ModelTransferException(
          "%s cannot be written: %s".formatted(whole, e.getMessage()), e);
    }
  }

  private void fetchLocked(ModelUri from, Path folder) throws IOException {
    byte[] text = readManifest(from);
    Manifest manifest = Manifest.parse(text, from);
    if (isUpToDate(folder, text, manifest)) {
      LOG.infof("%s is there already, in %s", from, folder);
      return;
    }
    rejectForeignFiles(folder);
    Path partial = sibling(folder, ".partial");
    Files.createDirectories(partial);
    deleteStaleFiles(partial, manifest);
    checkFreeSpace(partial, manifest);
    LOG.infof(
        "fetching %s: %d files, %d MB", from, manifest.files().size(), manifest.totalBytes() >> 20);
    downloadFiles(from, manifest, partial);
    Files.write(partial.resolve(Manifest.FILE_NAME), text);
    replace(partial, folder);
    LOG.infof("%s is in %s", from, folder);
  }

  private byte[] readManifest(ModelUri from) {
    try {
      return s3.getObjectAsBytes(get -> get.bucket(from.bucket()).key(from.key(Manifest.FILE_NAME)))
          .asByteArray();
    } catch (NoSuchKeyException e) {
      throw new ModelTransferException(
          "there is no %s/%s: publish the checkpoint with model push"
              .formatted(from, Manifest.FILE_NAME),
          e);
    } catch (SdkException e) {
      throw new ModelTransferException("%s cannot be read: %s".formatted(from, e.getMessage()), e);
    }
  }

  // The rename was the last thing done, so the manifest in the folder speaks for its files.
  private static boolean isUpToDate(Path folder, byte[] text, Manifest manifest)
      throws IOException {
    Path own = folder.resolve(Manifest.FILE_NAME);
    if (!Files.exists(own) || !java.util.Arrays.equals(Files.readAllBytes(own), text)) {
      return false;
    }
    for (Manifest.Entry file : manifest.files()) {
      Path there = folder.resolve(file.path());
      if (!Files.exists(there) || Files.size(there) != file.bytes()) {
        return false;
      }
    }
    return true;
  }

  // Only what was fetched is replaced: somebody's own files are never deleted.
  private static void rejectForeignFiles(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.exists(folder.resolve(Manifest.FILE_NAME))) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new ModelTransferException(
              "%s holds files that were not fetched: name another folder, or leave the source away"
                  .formatted(folder));
        }
      }
    }
  }

  /** What lies there of another checkpoint goes, but for files that are equal in this one. */
  private static void deleteStaleFiles(Path partial, Manifest manifest) throws IOException {
    List<Path> wanted = new ArrayList<>();
    for (Manifest.Entry file : manifest.files()) {
      wanted.add(ResumableDownload.targetFile(partial, file));
      wanted.add(ResumableDownload.partFile(partial, file));
      wanted.add(ResumableDownload.etagFile(partial, file));
    }
    try (Stream<Path> there = Files.walk(partial)) {
      for (Path file : there.filter(Files::isRegularFile).toList()) {
        if (!wanted.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private static void checkFreeSpace(Path partial, Manifest manifest) throws IOException {
    long there = 0;
    try (Stream<Path> files = Files.walk(partial)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        there += Files.size(file);
      }
    }
    long missing = manifest.totalBytes() - there;
    long room = Files.getFileStore(partial).getUsableSpace();
    if (missing > room) {
      throw new ModelTransferException(
          "%s has room for %d MB, the checkpoint needs %d MB more"
              .formatted(partial, room >> 20, missing >> 20));
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
      throw new ModelTransferException("told to stop while fetching " + from, e);
    } finally {
      shutdownAndAwait(threads);
    }
  }

  // Whoever is still at a file would write to it beside the next who takes its turn.
  private static void shutdownAndAwait(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.HOURS);
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

  private static Path sibling(Path folder, String ending) {
    return folder.resolveSibling(folder.getFileName() + ending);
  }
}
