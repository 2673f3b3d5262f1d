package dev.sanaq.job;

/**
 * An image that lies on the storage.
 *
 * @param bucket the bucket
 * @param key the object's key
 * @param seed the seed that drew it
 * @param width pixels
 * @param height pixels
 * @param format {@code png}, {@code jpeg} or {@code webp}
 * @param bytes the object's length
 * @param sha256 of the object's bytes, 64 lower-case hexadecimal digits
 */
public record StoredImage(
    String bucket,
    String key,
    long seed,
    int width,
    int height,
    String format,
    long bytes,
    String sha256) {}
