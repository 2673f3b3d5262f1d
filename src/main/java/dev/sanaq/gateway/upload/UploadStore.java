package dev.sanaq.gateway.upload;

import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.problem.BodyLimits;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.input.InputConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Receives images, checks them, and stores them for the workers. Any number of threads; its methods
 * block. An S3 failure is a {@link dev.sanaq.storage.StorageException}.
 */
@ApplicationScoped
public class UploadStore {
  private final BodyLimits bodyLimits;
  private final int maxFileBytes;
  private final OutputLocation location;
  private final Duration lifetime;
  private final int memory;
  private final Semaphore freeMemory;
  private final Clock clock;
  private final S3Client s3;

  UploadStore(InputConfig inputs, StorageConfig storage, BodyLimits bodyLimits, Clock clock) {
    this.bodyLimits = bodyLimits;
    this.maxFileBytes = inputs.maxFileBytes();
    this.location = inputs.uploadLocation(storage);
    this.lifetime = inputs.uploads().lifetime();
    this.memory = inputs.uploads().maxBodyBytes();
    this.freeMemory = new Semaphore(memory);
    this.clock = clock;
    this.s3 = S3ClientFactory.client(storage);
  }

  /**
   * Runs work that holds a body with images in memory.
   *
   * @param contentLength of the body; null if it is not known
   * @param path that it is sent to
   * @throws ProblemException if the bodies together would take too much memory
   */
  public <T> T withBody(@Nullable Long contentLength, String path, Supplier<T> work) {
    long bytes = contentLength == null ? bodyLimits.maxBytes(path) : contentLength;
    int share = (int) Math.min(memory, bytes);
    if (!freeMemory.tryAcquire(share)) {
      throw new ProblemException(
          Problem.unavailable(
              "The gateway receives as many images as it can hold"
                  + " (sanaq.input.uploads.max-body-bytes)"));
    }
    try {
      return work.get();
    } finally {
      freeMemory.release(share);
    }
  }

  /**
   * Reads a form with images.
   *
   * @param contentType of the body
   * @param path that it was sent to
   * @throws ProblemException if it is too large or no such form
   */
  public MultipartForm readForm(String contentType, InputStream body, String path) {
    return MultipartForm.read(
        contentType, body, bodyLimits.maxBytes(path), bodyLimits.tooLarge(path));
  }

  /**
   * Checks a file by its header.
   *
   * @param field that it is for, in messages
   * @throws ProblemException if the file is too large or no image that workers can read
   */
  public CheckedImage check(String field, byte[] bytes) {
    if (bytes.length > maxFileBytes) {
      throw new ProblemException(
          Problem.payloadTooLarge(maxFileBytes, "sanaq.input.max-file-bytes"));
    }
    try {
      return new CheckedImage(
          ImageDecoder.readHeader(field, bytes, ImageDecoder.MAX_INPUT_PIXELS), bytes);
    } catch (UnreadableImageException e) {
      throw new ProblemException(Problem.invalidImage(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Stores an image. The same file of the same caller is the same object, whose lifetime begins
   * anew; another caller can derive its key only from the file itself.
   */
  public StoredUpload store(Caller caller, CheckedImage image) {
    String sha256 = Sha256.hex(image.bytes());
    String format = image.header().format();
    String key =
        "%s%s.%s".formatted(location.prefix(), Sha256.hex(caller.name() + ':' + sha256), format);
    new ObjectStore(s3).put(location.bucket(), key, image.bytes(), "image/" + format);
    return new StoredUpload(
        new InputSource.Stored(location.bucket(), key),
        image.header(),
        sha256,
        image.bytes().length,
        clock.instant().plus(lifetime).truncatedTo(ChronoUnit.SECONDS));
  }

  @PreDestroy
  void close() {
    s3.close();
  }
}
