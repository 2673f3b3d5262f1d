package dev.sanaq.storage;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where images go. */
@ConfigMapping(prefix = "sanaq.storage")
public interface StorageConfig {
  /** The bucket of images and results, unless a request names another that is allowed. */
  @WithDefault("sanaq")
  String bucket();

  /** What keys in that bucket begin with, as folders; {@code /} for nothing. */
  @WithDefault("/")
  String prefix();

  /** Other places that a request's {@code output} may name, each {@code bucket/prefix/}. */
  Optional<List<String>> allowedLocations();

  /** The address of an S3-compatible storage; AWS's own where there is none. */
  Optional<URI> endpoint();

  /** The storage's region. */
  @WithDefault("us-east-1")
  String region();

  /** Name the bucket in the path, not in the host: what most storages outside AWS need. */
  @WithDefault("false")
  boolean pathStyle();

  /** The access key; where there is none, AWS's default chain: environment, profile, role. */
  Optional<String> accessKey();

  /** The secret that belongs to the access key. */
  Optional<String> secretKey();

  /** How long a request that the storage refuses is made again, with growing pauses. */
  @WithDefault("PT30S")
  Duration retryTimeout();

  /** How long one try may take. */
  @WithDefault("PT30S")
  Duration attemptTimeout();

  /** How long an image's address in an event stays valid; at most 7 days. */
  @WithDefault("P7D")
  Duration urlExpiry();

  /** Where readers find the bucket's objects; then addresses are this and the key, unsigned. */
  Optional<URI> publicUrl();
}
