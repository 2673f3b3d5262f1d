package dev.sanaq.storage.result;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.storage.ObjectKeys;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Counts the attempts of a job on the storage, before each one starts: {@code
 * <id>/attempts/<n>.json}, written with {@code If-None-Match}. After a crash the next worker reads
 * how often the job was started, or how it ended. Every method blocks for single attempts and
 * throws {@link StorageException}. Any number of threads.
 */
public final class AttemptStore {
  private final ObjectStore objects;
  private final OutputLocation location;

  /**
   * @param s3 the caller closes it
   * @param location the default output location
   */
  public AttemptStore(S3Client s3, OutputLocation location) {
    this.objects = new ObjectStore(s3);
    this.location = location;
  }

  /** Records the first attempt of an id; false if there is one already. */
  public boolean tryCreateFirst(String id, Attempt attempt) {
    return tryCreate(id, attempt);
  }

  /** The recorded attempts, oldest first. */
  public List<Attempt> list(String id) {
    List<Attempt> found = new ArrayList<>();
    for (Optional<Attempt> next = read(id, 1);
        next.isPresent();
        next = read(id, found.size() + 1)) {
      found.add(next.get());
    }
    return found;
  }

  /**
   * Records one more attempt.
   *
   * @return the attempt with its final number: another worker may have taken the given one
   */
  public Attempt createNext(String id, Attempt attempt) {
    Attempt next = attempt;
    while (!tryCreate(id, next)) {
      next = next.withNumber(next.number() + 1);
    }
    return next;
  }

  /** Records how a recorded attempt ended: replaces it. */
  public void putOutcome(String id, Attempt ended) {
    objects.put(location.bucket(), key(id, ended.number()), Json.write(ended), "application/json");
  }

  /**
   * Deletes an attempt that does not count, because the job was released without its own fault.
   * Does nothing if the attempt was not recorded.
   */
  public void delete(String id, Attempt attempt) {
    list(id).stream()
        .filter(attempt::isSameAttempt)
        .forEach(recorded -> objects.delete(location.bucket(), key(id, recorded.number())));
  }

  // startedAt is the idempotency key: it identifies our own write if the response was lost.
  private boolean tryCreate(String id, Attempt attempt) {
    return objects.putNew(
            location.bucket(), key(id, attempt.number()), Json.write(attempt), "application/json")
        || read(id, attempt.number()).filter(attempt::isSameAttempt).isPresent();
  }

  private Optional<Attempt> read(String id, int number) {
    String key = key(id, number);
    return objects.get(location.bucket(), key).map(bytes -> parse(bytes, key));
  }

  private static Attempt parse(byte[] bytes, String key) {
    try {
      return Json.read(bytes, Attempt.class);
    } catch (BadJsonException e) {
      throw new StorageException(key + " is not an attempt record of sanaq; remove it", e);
    }
  }

  private String key(String id, int number) {
    return ObjectKeys.attempt(location.prefix(), id, number);
  }
}
