package dev.sanaq.storage;

import dev.sanaq.job.StoredImage;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Gives pictures their addresses: signed for a while, or public. Any number of threads. */
public final class Addresses {
  private static final Duration LONGEST = Duration.ofDays(7);

  private final RequestSigner signer;
  private final Duration expiry;
  private final Optional<URI> publicUrl;
  private final String publicBucket;

  public Addresses(StorageConfig config) {
    if (config.urlExpiry().compareTo(LONGEST) > 0 || config.urlExpiry().toSeconds() < 1) {
      throw new IllegalArgumentException(
          "sanaq.storage.url-expiry is %s; S3 signs addresses for 1 second to 7 days"
              .formatted(config.urlExpiry()));
    }
    this.signer = S3.signer(config);
    this.expiry = config.urlExpiry();
    this.publicUrl = config.publicUrl();
    this.publicBucket = config.bucket();
  }

  /**
   * An address from which anybody who has it can read the picture.
   *
   * @throws StorageException where there are no credentials to sign it with
   */
  public String of(StoredImage image) {
    // The public address stands for the service's own bucket; elsewhere only a signature helps.
    return publicUrl
        .filter(url -> image.bucket().equals(publicBucket))
        .map(url -> url.toString().replaceAll("/+$", "") + "/" + path(image.key()))
        .orElseGet(() -> signed(image));
  }

  private String signed(StoredImage image) {
    try {
      return signer.address(image.bucket(), image.key(), expiry).toString();
    } catch (SdkException e) {
      throw new StorageException("could not sign an address: " + e.getMessage(), e);
    }
  }

  private static String path(String key) {
    return SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }
}
