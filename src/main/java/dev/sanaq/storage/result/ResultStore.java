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
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Images and results on the storage. Writes are idempotent ({@code If-None-Match: *}): a job that
 * runs twice leaves the same objects as a job that runs once. Every method blocks for single
 * attempts and throws {@link StorageException}; callers retry with {@link
 * dev.sanaq.storage.health.StorageRetry}. Any number of threads.
 */
public final class ResultStore {
  private final ObjectStore objects;
  private final String bucket;
  private final String prefix;

  /**
   * @param s3 the caller closes it
   * @param location the default output location, which holds the commit markers
   */
  public ResultStore(S3Client s3, OutputLocation location) {
    this.objects = new ObjectStore(s3);
    this.bucket = location.bucket();
    this.prefix = location.prefix();
  }

  /** The committed result of a job id; empty if there is none. */
  public Optional<Completed> find(String id) {
    String key = ObjectKeys.marker(prefix, id);
    return objects.get(bucket, key).map(bytes -> parse(bytes, key));
  }

  /**
   * Stores an image; keeps the existing one if an earlier attempt has stored it.
   *
   * @param index of the image's seed, from 0: it names the object, so that an object is always the
   *     image of the same seed
   */
  public StoredImage storeImage(Job job, int index, byte[] bytes, int width, int height) {
    String imageBucket = job.output().bucket();
    String key = ObjectKeys.image(job, index);
    byte[] stored =
        objects.putNew(imageBucket, key, bytes, "image/" + job.format())
            ? bytes
            : objects.getExisting(imageBucket, key);
    return new StoredImage(
        imageBucket,
        key,
        job.seed() + index,
        width,
        height,
        job.format(),
        stored.length,
        Sha256.hex(stored));
  }

  /** The bytes of a stored image. */
  public byte[] readImage(StoredImage image) {
    return objects.getExisting(image.bucket(), image.key());
  }

  /**
   * Deletes the images of a request whose id belongs to another one, so that no result can ever
   * name them. Only those at the default location: other services may share another one.
   */
  public void deleteOrphans(Job job, List<StoredImage> images) {
    if (job.output().equals(new OutputLocation(bucket, prefix))) {
      images.forEach(image -> objects.delete(bucket, image.key()));
    }
  }

  /** Writes the commit marker; call it after all images are stored. */
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
      throw new StorageException(key + " is not a result of sanaq; remove it", e);
    }
  }
}
