package dev.sanaq.storage;

import dev.sanaq.job.Hash;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Pictures and results on the storage. Every write is made only where nothing lies ({@code
 * If-None-Match: *}), so that a job done twice leaves what a job done once does. Any number of
 * threads; every method blocks and throws {@link StorageException} once its tries are used up.
 */
public final class ResultStore {
  private static final int EXISTS = 412;

  private final S3Client s3;
  private final String bucket;
  private final String prefix;

  /**
   * @param s3 the client; stays its maker's to close
   * @param bucket where markers lie
   * @param prefix what their keys begin with
   */
  public ResultStore(S3Client s3, String bucket, String prefix) {
    this.s3 = s3;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /** The result of the job of that id, if one was committed. */
  public Optional<Completed> find(String id) {
    String key = ObjectKeys.marker(prefix, id);
    return get(bucket, key).map(bytes -> result(bytes, key));
  }

  /** Stores a picture, unless an earlier try of the same request did: then that one stays. */
  public StoredImage store(Job job, int index, byte[] bytes, int width, int height) {
    String place = job.output().bucket();
    String key = ObjectKeys.image(job, index);
    byte[] stored = put(place, key, bytes, "image/" + job.format()) ? bytes : existing(place, key);
    return new StoredImage(
        place,
        key,
        job.seed() + index,
        width,
        height,
        job.format(),
        stored.length,
        Hash.of(stored));
  }

  /** Writes the marker; call it when all the pictures are stored. */
  public Committed commit(Completed result) {
    String key = ObjectKeys.marker(prefix, result.id());
    if (put(bucket, key, Json.write(result), "application/json")) {
      return new Committed.Ours(result);
    }
    Completed first = result(existing(bucket, key), key);
    return first.fingerprint().equals(result.fingerprint())
        ? new Committed.Ours(first)
        : new Committed.Theirs(first);
  }

  /** Whether the object was written; if not, there is one already. */
  private boolean put(String place, String key, byte[] bytes, String contentType) {
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Hash.of(bytes)));
    try {
      s3.putObject(
          put ->
              put.bucket(place)
                  .key(key)
                  .contentType(contentType)
                  .checksumSHA256(checksum)
                  .ifNoneMatch("*"),
          RequestBody.fromBytes(bytes));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == EXISTS) {
        return false;
      }
      throw failed("write", place, key, e);
    } catch (SdkException e) {
      throw failed("write", place, key, e);
    }
  }

  private byte[] existing(String place, String key) {
    return get(place, key)
        .orElseThrow(
            () ->
                new StorageException(
                    "%s/%s was there and is gone: something deletes under running jobs"
                        .formatted(place, key),
                    new IllegalStateException("no such key")));
  }

  private Optional<byte[]> get(String place, String key) {
    try {
      return Optional.of(s3.getObjectAsBytes(get -> get.bucket(place).key(key)).asByteArray());
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failed("read", place, key, e);
    }
  }

  private static Completed result(byte[] bytes, String key) {
    try {
      return Json.read(bytes, Completed.class);
    } catch (BadJsonException e) {
      throw new StorageException(key + " is not a result of this program; remove it", e);
    }
  }

  private static StorageException failed(String verb, String place, String key, SdkException e) {
    return new StorageException(
        "could not %s %s/%s: %s".formatted(verb, place, key, e.getMessage()), e);
  }
}
