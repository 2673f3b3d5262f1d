package dev.sanaq.storage;

import dev.sanaq.job.Output;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Counts how often a job was begun, before it is: {@code <id>/attempts/<n>.json}, written only
 * where nothing lies. Whatever then kills the worker, the next one reads how often that happened.
 * Any number of threads; every method blocks and throws {@link StorageException}.
 */
public final class Attempts {
  private final Objects objects;
  private final Output home;

  /**
   * @param s3 the client; stays its maker's to close
   * @param home where markers lie
   */
  public Attempts(S3Client s3, Output home) {
    this.objects = new Objects(s3);
    this.home = home;
  }

  /** Counts a beginning where none was counted before: then no job of this id has a result. */
  public boolean isFirst(String id, Attempt attempt) {
    return write(id, attempt);
  }

  /** The beginnings that were counted, oldest first. */
  public List<Attempt> earlier(String id) {
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
  public Attempt count(String id, Attempt attempt) {
    Attempt next = attempt;
    while (!write(id, next)) {
      next = new Attempt(next.number() + 1, next.worker(), next.startedAt(), next.source());
    }
    return next;
  }

  /**
   * The job was not done, and not by its own fault: the attempt does not count, under whichever
   * number it was written, if it was.
   */
  public void giveBack(String id, Attempt attempt) {
    earlier(id).stream()
        .filter(attempt::isSameBeginning)
        .forEach(counted -> objects.delete(home.bucket(), key(id, counted.number())));
  }

  // A write whose answer was lost is met by its own repetition.
  private boolean write(String id, Attempt attempt) {
    return objects.putNew(
            home.bucket(), key(id, attempt.number()), Json.write(attempt), "application/json")
        || read(id, attempt.number()).filter(attempt::equals).isPresent();
  }

  private Optional<Attempt> read(String id, int number) {
    String key = key(id, number);
    return objects.get(home.bucket(), key).map(bytes -> attempt(bytes, key));
  }

  private static Attempt attempt(byte[] bytes, String key) {
    try {
      return Json.read(bytes, Attempt.class);
    } catch (BadJsonException e) {
      throw new StorageException(key + " is not an attempt of this program; remove it", e);
    }
  }

  private String key(String id, int number) {
    return ObjectKeys.attempt(home.prefix(), id, number);
  }
}
