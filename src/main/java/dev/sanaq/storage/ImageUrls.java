package dev.sanaq.storage;

import dev.sanaq.job.StoredImage;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Gives images their addresses: signed for a while, or public. Any number of threads. */
public final class ImageUrls {
  private static final Duration MAX_EXPIRY = Duration.ofDays(7);

  private final SigV4Signer signer;
  private final Duration expiry;
  private final Optional<URI> publicUrl;
  private final String publicBucket;

  public ImageUrls(StorageConfig config) {
    if (config.urlExpiry().compareTo(MAX_EXPIRY) > 0 || config.urlExpiry().toSeconds() < 1) {
      throw new IllegalArgumentException(
          "sanaq.storage.url-expiry is %s; S3 signs addresses for 1 second to 7 days"
              .formatted(config.urlExpiry()));
    }
    this.signer = S3ClientFactory.signer(config);
    this.expiry = config.urlExpiry();
    this.publicUrl = config.publicUrl();
    this.publicBucket = config.bucket();
  }

  /**
   * An address from which anybody who has it can read the image.
   *
   * @throws StorageException where there are no credentials to sign it with
   */
  public String of(StoredImage image) {
    // The public address stands for the service's own bucket; elsewhere only a signature helps.
    return publicUrl
        .filter(url -> image.bucket().equals(publicBucket))
        .map(url -> url.toString().replaceAll("/+$", "") + "/" + encodePath(image.key()))
        .orElseGet(() -> presign(image));
  }

  private String presign(StoredImage image) {
    try {
      return signer.presignGet(image.bucket(), image.key(), expiry).toString();
    } catch (SdkException e) {
      throw new StorageException("could not sign an address: " + e.getMessage(), e);
    }
  }

  private static String encodePath(String key) {
    return SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }
}
