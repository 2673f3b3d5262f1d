package dev.sanaq.storage;

import dev.sanaq.job.Sha256;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads and writes S3 objects; writes carry a SHA-256 for the storage to verify. Every method
 * blocks for one attempt only and throws {@link StorageException}; callers retry with {@link
 * dev.sanaq.storage.health.StorageRetry}. Any number of threads.
 */
public final class ObjectStore {
  private static final int PRECONDITION_FAILED = 412;
  // Two concurrent conditional writes: S3 asks one of them to retry.
  private static final int CONFLICT = 409;

  private final S3Client s3;

  public ObjectStore(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Writes a new object ({@code If-None-Match: *}).
   *
   * @return false if there is an object already
   */
  public boolean putNew(String bucket, String key, byte[] bytes, String contentType) {
    try {
      requireEntityTag(
          s3.putObject(
              put ->
                  put.bucket(bucket)
                      .key(key)
                      .contentType(contentType)
                      .checksumSHA256(checksum(bytes))
                      .ifNoneMatch("*"),
              RequestBody.fromBytes(bytes)));
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

  /** Writes an object, over an existing one. */
  public void put(String bucket, String key, byte[] bytes, String contentType) {
    try {
      requireEntityTag(
          s3.putObject(
              put ->
                  put.bucket(bucket)
                      .key(key)
                      .contentType(contentType)
                      .checksumSHA256(checksum(bytes)),
              // Without a copy of the bytes.
              RequestBody.fromContentProvider(
                  ContentStreamProvider.fromByteArrayUnsafe(bytes), bytes.length, contentType)));
    } catch (SdkException e) {
      throw toStorageException("write", bucket, key, e);
    }
  }

  /** Reads an object; empty if there is none. */
  public Optional<byte[]> get(String bucket, String key) {
    try {
      return Optional.of(s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray());
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw toStorageException("read", bucket, key, e);
    }
  }

  /** Reads the object that made a {@link #putNew} return false. */
  public byte[] getExisting(String bucket, String key) {
    return get(bucket, key)
        .orElseThrow(
            () ->
                new StorageException(
                    "%s/%s existed and has been deleted: something deletes objects of running jobs"
                        .formatted(bucket, key),
                    new IllegalStateException("no such key")));
  }

  /** Deletes an object, if there is one. */
  public void delete(String bucket, String key) {
    try {
      s3.deleteObject(delete -> delete.bucket(bucket).key(key));
    } catch (SdkException e) {
      throw toStorageException("delete", bucket, key, e);
    }
  }

  // Every S3 storage answers a write with an ETag; a login page or a proxy answers only 200.
  private static void requireEntityTag(PutObjectResponse answer) {
    if (answer.eTag() == null) {
      throw SdkClientException.create("the answer 200 has no ETag: this is no S3 storage");
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
