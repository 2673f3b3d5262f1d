package dev.sanaq.storage.model;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
 * Brings one file: into {@code NAME.part}, from where it ends, as long as the object is the one
 * that it was begun with ({@code If-Match}); and gives it its name once the checksum holds.
 */
final class ResumableDownload implements Callable<Void> {
  private static final Logger LOG = Logger.getLogger(ResumableDownload.class);
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int MAX_OBJECT_CHANGES = 3;
  private static final int MAX_RESTARTS = 5;
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  private final S3Client s3;
  private final ModelUri source;
  private final Manifest.Entry file;
  private final Path targetFile;
  private final Path partFile;
  private final Path etagFile;
  private final Duration retryTimeout;
  private final BooleanSupplier isCancelled;
  private int objectChanges;
  private int restarts;

  /**
   * @param ending asked after a failure: then there is no next try, whether or not the failure left
   *     the thread's interruption to be seen
   */
  ResumableDownload(
      S3Client s3,
      ModelUri from,
      Manifest.Entry file,
      Path folder,
      Duration patience,
      BooleanSupplier ending) {
    this.isCancelled = ending;
    this.s3 = s3;
    this.source = from;
    this.file = file;
    this.targetFile = targetFile(folder, file);
    this.partFile = partFile(folder, file);
    this.etagFile = etagFile(folder, file);
    this.retryTimeout = patience;
  }

  static Path targetFile(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path());
  }

  static Path partFile(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path() + ".part");
  }

  /** Holds the ETag of the object that the part is of. */
  static Path etagFile(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path() + ".etag");
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    Files.createDirectories(targetFile.getParent());
    if (Files.exists(targetFile) && matchesChecksum(targetFile)) {
      return null;
    }
    downloadWithRetries();
    if (!matchesChecksum(partFile)) {
      // Spoilt on its way or on this disk: once more from the beginning, and then it is the object.
      LOG.warnf("%s/%s came with another checksum, it is fetched again", source, file.path());
      deletePart();
      downloadWithRetries();
    }
    if (!matchesChecksum(partFile)) {
      deletePart();
      throw checksumMismatch();
    }
    Files.move(partFile, targetFile, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(etagFile);
    return null;
  }

  private boolean matchesChecksum(Path there) throws IOException {
    return Files.exists(there)
        && Files.size(there) == file.bytes()
        && FileChecksums.of(there).equals(file.sha256());
  }

  /** Reads until the part is as long as the file, with pauses where the storage fails. */
  private void downloadWithRetries() throws IOException, InterruptedException {
    long lastProgress = System.nanoTime();
    Duration pause = INITIAL_BACKOFF;
    while (resumeOffset() < file.bytes() || !Files.exists(partFile)) {
      long before = resumeOffset();
      try {
        downloadFrom(before);
      } catch (SdkException | IOException e) {
        if (resumeOffset() > before) {
          lastProgress = System.nanoTime();
          pause = INITIAL_BACKOFF;
        }
        if (isCancelled.getAsBoolean()) {
          throw new InterruptedException();
        }
        failIfFatal(e, System.nanoTime() - lastProgress);
        Thread.sleep(pause.toMillis());
        pause = min(pause.multipliedBy(2), MAX_BACKOFF);
      }
    }
  }

  private void failIfFatal(Exception e, long nanos) throws IOException {
    if (e instanceof S3Exception refused) {
      int status = refused.statusCode();
      if (status == PRECONDITION_FAILED || status == RANGE_NOT_SATISFIABLE) {
        LOG.warnf(
            "%s/%s is another object now, it is fetched from its beginning", source, file.path());
        deletePart();
        if (++objectChanges > MAX_OBJECT_CHANGES) {
          throw checksumMismatch();
        }
        return;
      }
      if (status == NOT_FOUND || status == FORBIDDEN) {
        throw downloadFailure(e);
      }
    }
    if (e instanceof IOException && !Files.isWritable(partFile.getParent())
        || nanos > retryTimeout.toNanos()) {
      throw downloadFailure(e);
    }
  }

  private ModelTransferException checksumMismatch() {
    return new ModelTransferException(
        "%s/%s is not what the manifest says (%d bytes, sha256 %s): it was changed or damaged after it was published; publish the checkpoint again, at another address"
            .formatted(source, file.path(), file.bytes(), file.sha256()));
  }

  private ModelTransferException downloadFailure(Exception e) {
    return new ModelTransferException(
        "%s/%s cannot be fetched: %s; what is there is kept and gone on with"
            .formatted(source, file.path(), e.getMessage()),
        e);
  }

  private void downloadFrom(long begin) throws IOException {
    if (file.bytes() == 0) {
      Files.write(partFile, new byte[0]);
      Files.writeString(etagFile, "");
      return;
    }
    GetObjectRequest.Builder get =
        GetObjectRequest.builder().bucket(source.bucket()).key(source.key(file.path()));
    if (begin > 0) {
      get.range("bytes=%d-".formatted(begin)).ifMatch(Files.readString(etagFile));
    }
    try (ResponseInputStream<GetObjectResponse> in = s3.getObject(get.build())) {
      if (begin > 0 && in.response().contentRange() == null) {
        restartWithoutRange(begin);
        return;
      }
      if (begin == 0) {
        if (in.response().contentLength() != file.bytes()) {
          throw checksumMismatch();
        }
        Files.writeString(etagFile, in.response().eTag());
      }
      append(in, begin);
    }
  }

  // Each such cut loses all that had come, so a line that always breaks would keep this for ever.
  private void restartWithoutRange(long had) throws IOException {
    deletePart();
    if (++restarts > MAX_RESTARTS) {
      throw new ModelTransferException(
          "%s/%s cannot be fetched: the storage answers with the whole object where its rest is asked for, and the line broke %d times, the last time after %d of %d bytes; mend what lies between, or let it honour Range, or put the files into the folder yourself"
              .formatted(source, file.path(), restarts, had, file.bytes()));
    }
  }

  private void append(InputStream in, long begin) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(partFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = file.bytes() - begin;
      for (int read = in.read(buffer); read >= 0 && left >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        left -= read;
      }
      if (left == file.bytes() - begin) {
        throw new EOFException("the storage's answer had nothing in it");
      }
    }
  }

  private void deletePart() throws IOException {
    Files.deleteIfExists(partFile);
    Files.deleteIfExists(etagFile);
  }

  private long resumeOffset() throws IOException {
    return Files.exists(partFile) && Files.exists(etagFile)
        ? Files.size(partFile)
        : deletePartAndRestart();
  }

  private long deletePartAndRestart() throws IOException {
    deletePart();
    return 0;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
