package dev.sanaq.storage;

import dev.sanaq.job.Sha256;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads and writes objects: written only where nothing lies ({@code If-None-Match: *}), every write
 * with its SHA-256 for the storage to check. Any number of threads; every method blocks and throws
 * {@link StorageException} once the client's tries are used up.
 */
public final class ObjectStore {
  private static final int PRECONDITION_FAILED = 412;
  // Two conditional writes at once: one of them is told to come back.
  private static final int CONFLICT = 409;

  private final S3Client s3;

  public ObjectStore(S3Client s3) {
    this.s3 = s3;
  }

  /** Whether the object was written; if not, there is one already. */
  public boolean putNew(String bucket, String key, byte[] bytes, String contentType) {
    try {
      s3.putObject(
          put ->
              put.bucket(bucket)
                  .key(key)
                  .contentType(contentType)
                  .checksumSHA256(checksum(bytes))
                  .ifNoneMatch("*"),
          RequestBody.fromBytes(bytes));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED
          || (e.statusCode() == CONFLICT && get(bucket, key).isPresent())) {
        return false;
      }
      throw toStorageException("write", bucket, key, e);
    } catch (SdkException e) {
      throw toStorageException("write", bucket, key, e);
    }
  }

  /** Writes over whatever lies there. */
  public void put(String bucket, String key, byte[] bytes, String contentType) {
    try {
      s3.putObject(
          put ->
              put.bucket(bucket).key(key).contentType(contentType).checksumSHA256(checksum(bytes)),
          RequestBody.fromBytes(bytes));
    } catch (SdkException e) {
      throw toStorageException("write", bucket, key, e);
    }
  }

  public Optional<byte[]> get(String bucket, String key) {
    try {
      return Optional.of(s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray());
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw toStorageException("read", bucket, key, e);
    }
  }

  /** The object that a refused write met. */
  public byte[] getExisting(String bucket, String key) {
    return get(bucket, key)
        .orElseThrow(
            () ->
                new StorageException(
                    "%s/%s was there and is gone: something deletes under running jobs"
                        .formatted(bucket, key),
                    new IllegalStateException("no such key")));
  }

  /** Deletes the object; nothing where there is none. */
  public void delete(String bucket, String key) {
    try {
      s3.deleteObject(delete -> delete.bucket(bucket).key(key));
    } catch (SdkException e) {
      throw toStorageException("delete", bucket, key, e);
    }
  }

  private static String checksum(byte[] bytes) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Sha256.hex(bytes)));
  }

  private static StorageException toStorageException(
      String verb, String bucket, String key, SdkException e) {
    return new StorageException(
        "could not %s %s/%s: %s".formatted(verb, bucket, key, e.getMessage()), e);
  }
}
