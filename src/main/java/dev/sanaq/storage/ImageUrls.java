package dev.sanaq.storage;

import dev.sanaq.job.StoredImage;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Creates image URLs: presigned with an expiry, or public. Any number of threads. */
public final class ImageUrls {
  private static final Duration MAX_EXPIRY = Duration.ofDays(7);

  private final SigV4Signer signer;
  private final Duration expiry;
  private final Optional<URI> publicUrl;
  private final String publicBucket;

  public ImageUrls(StorageConfig config) {
    if (config.urlExpiry().compareTo(MAX_EXPIRY) > 0 || config.urlExpiry().toSeconds() < 1) {
      throw new IllegalArgumentException(
          "sanaq.storage.url-expiry is %s; S3 allows 1 second to 7 days"
              .formatted(config.urlExpiry()));
    }
    this.signer = S3ClientFactory.signer(config);
    this.expiry = config.urlExpiry();
    this.publicUrl = config.publicUrl();
    this.publicBucket = config.bucket();
  }

  /**
   * A URL from which anyone can read the image.
   *
   * @throws StorageException if there are no credentials to sign with
   */
  public String of(StoredImage image) {
    // The public URL serves the default bucket only; other buckets need a signature.
    return publicUrl
        .filter(url -> image.bucket().equals(publicBucket))
        .map(url -> url.toString().replaceAll("/+$", "") + "/" + encodePath(image.key()))
        .orElseGet(() -> presign(image));
  }

  private String presign(StoredImage image) {
    try {
      return signer.presignGet(image.bucket(), image.key(), expiry).toString();
    } catch (SdkException e) {
      throw new StorageException("could not presign a URL: " + e.getMessage(), e);
    }
  }

  private static String encodePath(String key) {
    return SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }
}
