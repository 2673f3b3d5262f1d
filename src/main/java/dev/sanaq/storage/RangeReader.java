package dev.sanaq.storage;

import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads parts of objects as streams. Any number of threads; every method blocks. */
public final class RangeReader {
  private final S3Client s3;

  /**
   * @param s3 the client; stays its maker's to close
   */
  public RangeReader(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Opens a part of an object; empty where there is no such object.
   *
   * @param first the first byte, from 0
   * @param last the last one, included
   * @return the caller's to close
   * @throws StorageException where the storage does not give it
   */
  public Optional<InputStream> open(String bucket, String key, long first, long last) {
    try {
      return Optional.of(
          s3.getObject(
              get -> get.bucket(bucket).key(key).range("bytes=%d-%d".formatted(first, last))));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw new StorageException(
          "could not read %s/%s: %s".formatted(bucket, key, e.getMessage()), e);
    }
  }
}
