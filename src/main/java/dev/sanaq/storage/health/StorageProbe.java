package dev.sanaq.storage.health;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.retry.Backoff;
import dev.sanaq.storage.ObjectKeys;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tries the service's own output location exactly as the work uses it, with objects of its own,
 * which it deletes. Every method blocks, retries a call for a second, and throws a {@link
 * StorageException} whose message says what is wrong and what to do. Any number of threads.
 */
public final class StorageProbe {
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int NOT_IMPLEMENTED = 501;

  // A storage that fails now and then is one that the work can use: it retries, too.
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(50), Duration.ofMillis(400))
          .withDeadline(Duration.ofSeconds(1))
          .retryIf(StorageProbe::isTransient);

  private final ObjectStore objects;
  private final OutputLocation location;

  /** Keys of finished checks that could not be deleted yet. */
  private final Queue<String> leftovers = new ConcurrentLinkedQueue<>();

  /**
   * @param s3 the caller closes it
   * @param location the default output location
   */
  public StorageProbe(S3Client s3, OutputLocation location) {
    this.objects = new ObjectStore(s3);
    this.location = location;
  }

  /**
   * What a worker does: a conditional write, a read, the write again, which must be refused, the
   * read of a missing object, and a delete.
   */
  public void tryWorkerCalls() {
    deleteLeftovers();
    String key = newKey();
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    writeNew(key, bytes);
    try {
      read(key, bytes);
      writeAgain(key, bytes);
      readMissing("s3:ListBucket");
    } catch (StorageException e) {
      leftovers.add(key);
      deleteQuietly(e);
      throw e;
    }
    leftovers.add(key);
    deleteLeftovers();
  }

  /** What a gateway does: the read of an object that may be missing. */
  public void tryGatewayCalls() {
    readMissing("s3:GetObject or s3:ListBucket");
  }

  // A write that was repeated after a lost answer is refused; the read tells whose object it is.
  private void writeNew(String key, byte[] bytes) {
    try {
      write(key, bytes);
    } catch (StorageException e) {
      if (!isRefused(e)) {
        leftovers.add(key);
      }
      throw e;
    }
  }

  private static boolean isTransient(RuntimeException failure) {
    return failure.getCause() instanceof S3Exception answer
        ? answer.statusCode() >= FIRST_SERVER_ERROR && answer.statusCode() != NOT_IMPLEMENTED
        : failure.getCause() instanceof SdkClientException;
  }

  // Without an answer, or after a server error, the object may have been written.
  private static boolean isRefused(StorageException failure) {
    return failure.getCause() instanceof S3Exception answer
        && answer.statusCode() < FIRST_SERVER_ERROR;
  }

  private void read(String key, byte[] bytes) {
    Optional<byte[]> found =
        call("s3:GetObject", objectsArn(), () -> objects.get(location.bucket(), key));
    if (found.isEmpty()) {
      throw problem(
          "an object that was just written is missing", "use a storage with consistent reads");
    }
    if (!Arrays.equals(found.get(), bytes)) {
      throw problem("an object is read back with other bytes", describe(found.get()));
    }
  }

  private void writeAgain(String key, byte[] bytes) {
    if (write(key, bytes)) {
      throw problem(
          "the storage ignores If-None-Match: * and overwrites an object that exists",
          "use a storage with conditional writes");
    }
  }

  private boolean write(String key, byte[] bytes) {
    return call(
        "s3:PutObject",
        objectsArn(),
        () -> objects.putNew(location.bucket(), key, bytes, "text/plain"));
  }

  // S3 answers 403 instead of 404 to a role that may not list the bucket.
  private void readMissing(String right) {
    String key = newKey();
    call(right, "arn:aws:s3:::" + location.bucket(), () -> objects.get(location.bucket(), key))
        .ifPresent(
            found -> {
              throw problem("a missing object is answered with 200", describe(found));
            });
  }

  private void deleteLeftovers() {
    for (String key = leftovers.peek(); key != null; key = leftovers.peek()) {
      delete(key);
      leftovers.remove(key);
    }
  }

  private void delete(String key) {
    Supplier<Boolean> work =
        () -> {
          objects.delete(location.bucket(), key);
          return true;
        };
    call("s3:DeleteObject", objectsArn(), work);
  }

  // The first failure counts; what cannot be deleted now is deleted first next time.
  private void deleteQuietly(StorageException first) {
    if (first.getCause() instanceof SdkClientException) {
      return; // no answer: another call would only wait again
    }
    try {
      deleteLeftovers();
    } catch (StorageException e) {
      first.addSuppressed(e);
    }
  }

  private <T> T call(String right, String resource, Supplier<T> work) {
    try {
      return BACKOFF.call(work, () -> false, (retry, delay, e) -> {});
    } catch (StorageException e) {
      throw new StorageException(
          "bucket %s: %s".formatted(location.bucket(), StorageAdvice.explain(e, right, resource)),
          e.getCause() == null ? e : e.getCause());
    }
  }

  private StorageException problem(String what, String remedy) {
    return new StorageException(
        "bucket %s: %s; %s".formatted(location.bucket(), what, remedy),
        new IllegalStateException(what));
  }

  private String objectsArn() {
    return "arn:aws:s3:::%s/%s*".formatted(location.bucket(), location.prefix());
  }

  private static String describe(byte[] found) {
    String text = new String(found, StandardCharsets.UTF_8).strip();
    return text.startsWith("<")
        ? "the answer is a web page: sanaq.storage.endpoint is no S3 storage, or a proxy is between"
        : "something between this program and the storage changes data";
  }

  private String newKey() {
    return ObjectKeys.probe(location.prefix(), UUID.randomUUID().toString());
  }
}
