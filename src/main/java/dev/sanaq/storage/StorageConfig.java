package dev.sanaq.storage;

import dev.sanaq.net.HttpUrl;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** The S3-compatible storage. */
@ConfigMapping(prefix = "sanaq.storage")
public interface StorageConfig {
  /** The bucket of results, and of images unless a request names another allowed one. */
  @WithDefault("sanaq")
  String bucket();

  /** The key prefix in that bucket, as folders; {@code /} for none. */
  @WithDefault("/")
  String prefix();

  /** Other locations that a request's {@code output} may name, each {@code bucket/prefix/}. */
  Optional<List<String>> allowedLocations();

  /** The URL of an S3-compatible storage; unset for AWS. */
  Optional<@HttpUrl URI> endpoint();

  /**
   * A PEM file of the authorities that the storage's TLS certificate is checked against, in place
   * of the JVM's own; unset for those.
   */
  Optional<Path> caCertificates();

  /** The storage's region. */
  @WithDefault("us-east-1")
  String region();

  /** Path-style URLs, with the bucket in the path: most storages other than AWS need them. */
  @WithDefault("false")
  boolean pathStyle();

  /** The access key; unset for the AWS default chain: environment, profile, role. */
  Optional<String> accessKey();

  /** The secret that belongs to the access key. */
  Optional<String> secretKey();

  /** How long a failed S3 call is retried, with exponential backoff. */
  @WithDefault("PT30S")
  @DurationMin
  Duration retryTimeout();

  /** How long one attempt may take. */
  @WithDefault("PT30S")
  @DurationMin(millis = 1)
  Duration attemptTimeout();

  /** How long the presigned image URLs in events are valid; at most 7 days. */
  @WithDefault("P7D")
  @DurationMin(seconds = 1)
  @DurationMax(days = 7)
  Duration urlExpiry();

  /**
   * The URL at which those who open image URLs reach the storage, if it is another one than the
   * endpoint; signed image URLs lead there.
   */
  Optional<@HttpUrl URI> publicEndpoint();

  /** A public base URL of the bucket; image URLs are then this URL and the key, unsigned. */
  Optional<@HttpUrl URI> publicUrl();
}
