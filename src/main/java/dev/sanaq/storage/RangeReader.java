package dev.sanaq.storage;

import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads byte ranges of objects as streams. Any number of threads; every method blocks. */
public final class RangeReader {
  private final S3Client s3;

  /**
   * @param s3 the caller closes it
   */
  public RangeReader(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Opens a byte range of an object.
   *
   * @param first the first byte, from 0
   * @param last the last byte, inclusive
   * @return the caller closes it; empty if there is no such object
   * @throws StorageException if the read fails
   */
  public Optional<InputStream> open(String bucket, String key, long first, long last) {
    try {
      return Optional.of(
          s3.getObject(
              get -> get.bucket(bucket).key(key).range("bytes=%s-%s".formatted(first, last))));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw new StorageException(
          "could not read %s/%s: %s".formatted(bucket, key, e.getMessage()), e);
    }
  }
}
