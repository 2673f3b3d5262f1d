package dev.sanaq.storage;

import dev.sanaq.job.StoredImage;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;
import software.amazon.awssdk.utils.CompletableFutureUtils;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Creates image URLs: presigned with an expiry, or public. Any number of threads. */
public final class ImageUrls {
  private static final Logger LOG = Logger.getLogger(ImageUrls.class);
  private static final Duration MAX_EXPIRY = Duration.ofDays(7);

  private final S3Presigner presigner;
  private final IdentityProvider<? extends AwsCredentialsIdentity> credentials;
  private final Duration expiry;
  private final Optional<URI> publicUrl;
  private final String publicBucket;

  /**
   * @param s3 signs with its credentials: where they fail, its calls fail as well; the caller
   *     closes it
   * @throws IllegalArgumentException if S3 does not allow the configured expiry
   */
  public ImageUrls(StorageConfig config, S3Client s3) {
    if (config.urlExpiry().compareTo(MAX_EXPIRY) > 0 || config.urlExpiry().toSeconds() < 1) {
      throw new IllegalArgumentException(
          "sanaq.storage.url-expiry is %s; S3 allows 1 second to 7 days"
              .formatted(config.urlExpiry()));
    }
    // Never closed: all that it holds are the client's credentials.
    this.presigner = S3ClientFactory.presigner(config, s3);
    this.credentials = s3.serviceClientConfiguration().credentialsProvider();
    this.expiry = config.urlExpiry();
    this.publicUrl = config.publicUrl();
    this.publicBucket = config.bucket();
  }

  /**
   * A URL from which anyone can read the image, until it expires. Blocks while temporary
   * credentials are renewed.
   *
   * @throws StorageException if there are no credentials to sign with
   */
  public StoredImage.Url of(StoredImage image) {
    // The public URL serves the default bucket only; other buckets need a signature.
    return publicUrl
        .filter(url -> image.bucket().equals(publicBucket))
        .map(url -> url.toString().replaceAll("/+$", "") + "/" + encodePath(image.key()))
        .map(url -> new StoredImage.Url(url, Optional.empty()))
        .orElseGet(() -> presign(image));
  }

  /**
   * Logs a warning if signed URLs end before {@code sanaq.storage.url-expiry}, because they end
   * with the credentials, or may do so. To be called once, at the start; blocks while credentials
   * are fetched.
   */
  public void warnIfCredentialsExpireFirst(Clock clock) {
    if (publicUrl.isPresent()) {
      return;
    }
    try {
      AwsCredentialsIdentity identity = identity();
      if (identity instanceof AwsSessionCredentialsIdentity
          && identity.expirationTime().isEmpty()) {
        LOG.warnf(
            "image URLs end with the session token that signs them, which does not say when: perhaps"
                + " before sanaq.storage.url-expiry (%s) and urlExpires in events. Set"
                + " sanaq.storage.url-expiry to the session's length or less, or sign with permanent"
                + " credentials",
            expiry);
      }
      identity
          .expirationTime()
          .filter(end -> end.isBefore(clock.instant().plus(expiry)))
          .ifPresent(
              end ->
                  LOG.warnf(
                      "image URLs end with the temporary credentials that sign them, now at %s, and"
                          + " not after sanaq.storage.url-expiry (%s); urlExpires in events is the"
                          + " true end. Set sanaq.storage.public-url, sign with permanent"
                          + " credentials, or fetch images through the gateway",
                      end, expiry));
    } catch (SdkException e) {
      LOG.warnf("no S3 credentials: %s", e.getMessage());
    }
  }

  private StoredImage.Url presign(StoredImage image) {
    try {
      // Before the signature: if credentials are renewed in between, the URL lives longer.
      Optional<Instant> credentialsExpiry = credentialsExpiry();
      PresignedGetObjectRequest signed =
          presigner.presignGetObject(
              sign ->
                  sign.signatureDuration(expiry)
                      .getObjectRequest(get -> get.bucket(image.bucket()).key(image.key())));
      Instant end =
          credentialsExpiry.filter(signed.expiration()::isAfter).orElse(signed.expiration());
      return new StoredImage.Url(
          signed.url().toString(), Optional.of(end.truncatedTo(ChronoUnit.SECONDS)));
    } catch (SdkException e) {
      throw new StorageException("could not presign a URL: " + e.getMessage(), e);
    }
  }

  /** Empty for permanent credentials, and for temporary ones that do not say when they end. */
  private Optional<Instant> credentialsExpiry() {
    return identity().expirationTime();
  }

  private AwsCredentialsIdentity identity() {
    return CompletableFutureUtils.joinLikeSync(credentials.resolveIdentity());
  }

  private static String encodePath(String key) {
    return SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }
}
