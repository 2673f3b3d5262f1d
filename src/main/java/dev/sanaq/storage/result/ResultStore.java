package dev.sanaq.storage.result;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.storage.ObjectKeys;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.StorageException;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Images and results on the storage. Every write is made only where nothing lies, so that a job
 * done twice leaves what a job done once does. Any number of threads; every method blocks and
 * throws {@link StorageException} once the client's tries are used up.
 */
public final class ResultStore {
  private final ObjectStore objects;
  private final String bucket;
  private final String prefix;

  /**
   * @param s3 the client; stays its maker's to close
   * @param home where markers lie
   */
  public ResultStore(S3Client s3, OutputLocation home) {
    this.objects = new ObjectStore(s3);
    this.bucket = home.bucket();
    this.prefix = home.prefix();
  }

  /** The result of the job of that id, if one was committed. */
  public Optional<Completed> find(String id) {
    String key = ObjectKeys.marker(prefix, id);
    return objects.get(bucket, key).map(bytes -> parse(bytes, key));
  }

  /** Stores an image, unless an earlier try of the same request did: then that one stays. */
  public StoredImage storeImage(Job job, int index, byte[] bytes, int width, int height) {
    String place = job.output().bucket();
    String key = ObjectKeys.image(job, index);
    byte[] stored =
        objects.putNew(place, key, bytes, "image/" + job.format())
            ? bytes
            : objects.getExisting(place, key);
    return new StoredImage(
        place,
        key,
        job.seed() + index,
        width,
        height,
        job.format(),
        stored.length,
        Sha256.hex(stored));
  }

  /** A stored image's bytes. */
  public byte[] readImage(StoredImage image) {
    return objects.getExisting(image.bucket(), image.key());
  }

  /** Writes the marker; call it when all the images are stored. */
  public CommitResult commit(Completed result) {
    String key = ObjectKeys.marker(prefix, result.id());
    if (objects.putNew(bucket, key, Json.write(result), "application/json")) {
      return new CommitResult.Committed(result);
    }
    Completed first = parse(objects.getExisting(bucket, key), key);
    return first.fingerprint().equals(result.fingerprint())
        ? new CommitResult.Committed(first)
        : new CommitResult.Conflict(first);
  }

  private static Completed parse(byte[] bytes, String key) {
    try {
      return Json.read(bytes, Completed.class);
    } catch (BadJsonException e) {
      throw new StorageException(key + " is not a result of this program; remove it", e);
    }
  }
}
