package dev.sanaq.weights;

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
final class FileFetch implements Callable<Void> {
  private static final Logger LOG = Logger.getLogger(FileFetch.class);
  private static final int BUFFER = 1 << 20;
  private static final int CHANGED = 412;
  private static final int NO_SUCH_RANGE = 416;
  private static final int MOST_CHANGES = 3;
  private static final int MOST_RESTARTS = 5;
  private static final int MISSING = 404;
  private static final int FORBIDDEN = 403;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final S3Client s3;
  private final WeightsAddress from;
  private final Manifest.Entry file;
  private final Path target;
  private final Path part;
  private final Path tag;
  private final Duration patience;
  private final BooleanSupplier ending;
  private int changes;
  private int restarts;

  /**
   * @param ending asked after a failure: then there is no next try, whether or not the failure left
   *     the thread's interruption to be seen
   */
  FileFetch(
      S3Client s3,
      WeightsAddress from,
      Manifest.Entry file,
      Path folder,
      Duration patience,
      BooleanSupplier ending) {
    this.ending = ending;
    this.s3 = s3;
    this.from = from;
    this.file = file;
    this.target = target(folder, file);
    this.part = part(folder, file);
    this.tag = tag(folder, file);
    this.patience = patience;
  }

  static Path target(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path());
  }

  static Path part(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path() + ".part");
  }

  /** Holds the ETag of the object that the part is of. */
  static Path tag(Path folder, Manifest.Entry file) {
    return folder.resolve(file.path() + ".etag");
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    Files.createDirectories(target.getParent());
    if (Files.exists(target) && isRight(target)) {
      return null;
    }
    fill();
    if (!isRight(part)) {
      // Spoilt on its way or on this disk: once more from the beginning, and then it is the object.
      LOG.warnf("%s/%s came with another checksum, it is fetched again", from, file.path());
      startOver();
      fill();
    }
    if (!isRight(part)) {
      startOver();
      throw unlike();
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(tag);
    return null;
  }

  private boolean isRight(Path there) throws IOException {
    return Files.exists(there)
        && Files.size(there) == file.bytes()
        && Checksums.of(there).equals(file.sha256());
  }

  /** Reads until the part is as long as the file, with pauses where the storage fails. */
  private void fill() throws IOException, InterruptedException {
    long lastProgress = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (length() < file.bytes() || !Files.exists(part)) {
      long before = length();
      try {
        read(before);
      } catch (SdkException | IOException e) {
        if (length() > before) {
          lastProgress = System.nanoTime();
          pause = FIRST_PAUSE;
        }
        if (ending.getAsBoolean()) {
          throw new InterruptedException();
        }
        giveUpOn(e, System.nanoTime() - lastProgress);
        Thread.sleep(pause.toMillis());
        pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
      }
    }
  }

  private void giveUpOn(Exception e, long nanos) throws IOException {
    if (e instanceof S3Exception refused) {
      int status = refused.statusCode();
      if (status == CHANGED || status == NO_SUCH_RANGE) {
        LOG.warnf(
            "%s/%s is another object now, it is fetched from its beginning", from, file.path());
        startOver();
        if (++changes > MOST_CHANGES) {
          throw unlike();
        }
        return;
      }
      if (status == MISSING || status == FORBIDDEN) {
        throw refusal(e);
      }
    }
    if (e instanceof IOException && !Files.isWritable(part.getParent())
        || nanos > patience.toNanos()) {
      throw refusal(e);
    }
  }

  private WeightsException unlike() {
    return new WeightsException(
        "%s/%s is not what the manifest says (%d bytes, sha256 %s): it was changed or damaged after it was published; publish the checkpoint again, at another address"
            .formatted(from, file.path(), file.bytes(), file.sha256()));
  }

  private WeightsException refusal(Exception e) {
    return new WeightsException(
        "%s/%s cannot be fetched: %s; what is there is kept and gone on with"
            .formatted(from, file.path(), e.getMessage()),
        e);
  }

  private void read(long begin) throws IOException {
    if (file.bytes() == 0) {
      Files.write(part, new byte[0]);
      Files.writeString(tag, "");
      return;
    }
    GetObjectRequest.Builder get =
        GetObjectRequest.builder().bucket(from.bucket()).key(from.key(file.path()));
    if (begin > 0) {
      get.range("bytes=%d-".formatted(begin)).ifMatch(Files.readString(tag));
    }
    try (ResponseInputStream<GetObjectResponse> in = s3.getObject(get.build())) {
      if (begin > 0 && in.response().contentRange() == null) {
        startOverForWholeAnswer(begin);
        return;
      }
      if (begin == 0) {
        if (in.response().contentLength() != file.bytes()) {
          throw unlike();
        }
        Files.writeString(tag, in.response().eTag());
      }
      append(in, begin);
    }
  }

  // Each such cut loses all that had come, so a line that always breaks would keep this for ever.
  private void startOverForWholeAnswer(long had) throws IOException {
    startOver();
    if (++restarts > MOST_RESTARTS) {
      throw new WeightsException(
          "%s/%s cannot be fetched: the storage answers with the whole object where its rest is asked for, and the line broke %d times, the last time after %d of %d bytes; mend what lies between, or let it honour Range, or put the files into the folder yourself"
              .formatted(from, file.path(), restarts, had, file.bytes()));
    }
  }

  private void append(InputStream in, long begin) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER];
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

  private void startOver() throws IOException {
    Files.deleteIfExists(part);
    Files.deleteIfExists(tag);
  }

  private long length() throws IOException {
    return Files.exists(part) && Files.exists(tag) ? Files.size(part) : startedOver();
  }

  private long startedOver() throws IOException {
    startOver();
    return 0;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
