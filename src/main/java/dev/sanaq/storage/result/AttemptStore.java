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
 * Counts how often a job was begun, before it is: {@code <id>/attempts/<n>.json}, written only
 * where nothing lies. Whatever then kills the worker, the next one reads how often that happened.
 * Any number of threads; every method blocks and throws {@link StorageException}.
 */
public final class AttemptStore {
  private final ObjectStore objects;
  private final OutputLocation location;

  /**
   * @param s3 the client; stays its maker's to close
   * @param home where markers lie
   */
  public AttemptStore(S3Client s3, OutputLocation home) {
    this.objects = new ObjectStore(s3);
    this.location = home;
  }

  /** Counts a beginning where none was counted before: then no job of this id has a result. */
  public boolean tryCreateFirst(String id, Attempt attempt) {
    return tryCreate(id, attempt);
  }

  /** The beginnings that were counted, oldest first. */
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
   * Counts one more beginning.
   *
   * @return the attempt with its number: another worker may have taken the one it came with
   */
  public Attempt createNext(String id, Attempt attempt) {
    Attempt next = attempt;
    while (!tryCreate(id, next)) {
      next = new Attempt(next.number() + 1, next.worker(), next.startedAt(), next.source());
    }
    return next;
  }

  /**
   * The job was not done, and not by its own fault: the attempt does not count, under whichever
   * number it was written, if it was.
   */
  public void delete(String id, Attempt attempt) {
    list(id).stream()
        .filter(attempt::isSameAttempt)
        .forEach(counted -> objects.delete(location.bucket(), key(id, counted.number())));
  }

  // A write whose answer was lost is met by its own repetition.
  private boolean tryCreate(String id, Attempt attempt) {
    return objects.putNew(
            location.bucket(), key(id, attempt.number()), Json.write(attempt), "application/json")
        || read(id, attempt.number()).filter(attempt::equals).isPresent();
  }

  private Optional<Attempt> read(String id, int number) {
    String key = key(id, number);
    return objects.get(location.bucket(), key).map(bytes -> parse(bytes, key));
  }

  private static Attempt parse(byte[] bytes, String key) {
    try {
      return Json.read(bytes, Attempt.class);
    } catch (BadJsonException e) {
      throw new StorageException(key + " is not an attempt of this program; remove it", e);
    }
  }

  private String key(String id, int number) {
    return ObjectKeys.attempt(location.prefix(), id, number);
  }
}
