package dev.sanaq.job;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image on the storage.
 *
 * @param bucket the bucket
 * @param key the object's key
 * @param seed the image's own seed
 * @param width pixels
 * @param height pixels
 * @param format {@code png}, {@code jpeg} or {@code webp}
 * @param bytes the object's length in bytes
 * @param sha256 hash of the object's bytes, 64 lower-case hexadecimal digits
 * @param score how well the image fits its prompt, if it was selected among candidates
 */
public record StoredImage(
    String bucket,
    String key,
    long seed,
    int width,
    int height,
    String format,
    long bytes,
    String sha256,
    @Nullable Double score) {
  /** An image that was not scored. */
  public StoredImage(
      String bucket,
      String key,
      long seed,
      int width,
      int height,
      String format,
      long bytes,
      String sha256) {
    this(bucket, key, seed, width, height, format, bytes, sha256, null);
  }

  /** The same with a score. */
  public StoredImage withScore(double value) {
    return new StoredImage(bucket, key, seed, width, height, format, bytes, sha256, value);
  }

  /**
   * A URL from which anyone can read an image.
   *
   * @param url the URL
   * @param expires when it ends, in whole seconds; empty if it does not
   */
  public record Url(String url, Optional<Instant> expires) {}
}
