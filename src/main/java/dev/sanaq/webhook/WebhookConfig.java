package dev.sanaq.webhook;

import dev.sanaq.net.AllowedHost;
import dev.sanaq.net.UrlPolicyConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;

/** Settings of webhooks. They are sent if a secret is configured. */
@ConfigMapping(prefix = "sanaq.webhook")
public interface WebhookConfig {
  /**
   * Secrets as {@code whsec_<base64 of 24 to 64 bytes>}; every one signs, so that one can be
   * replaced.
   */
  Optional<
          List<
              @Pattern(
                  regexp = "whsec_[A-Za-z0-9+/]{32,88}={0,2}",
                  message = "must be whsec_ and the base64 of 24 to 64 bytes")
              String>>
      secrets();

  /** Event types that are sent: {@code started}, {@code completed}, ... */
  @WithDefault("completed,failed,cancelled")
  Set<
          @Pattern(
              regexp = "started|completed|failed|cancelled",
              message = "must be started, completed, failed or cancelled")
          String>
      events();

  /** The consumer group of all senders. */
  @WithDefault("sanaq-webhooks")
  String group();

  /** Whether http URLs are allowed in addition to https. */
  @WithDefault("false")
  boolean allowHttp();

  /** The allowed ports. */
  @WithDefault("443")
  Set<@Min(1) @Max(65535) Integer> ports();

  /** Hosts by glob and IP addresses by CIDR block that are allowed although they are private. */
  Optional<List<@AllowedHost String>> allowedHosts();

  /** Maximum number of concurrent attempts. */
  @WithDefault("32")
  @Min(1)
  int concurrency();

  /** Maximum number of concurrent attempts at one host and port. */
  @WithDefault("4")
  @Min(1)
  int concurrencyPerHost();

  /** How long connecting may take. */
  @WithDefault("PT5S")
  @DurationMin(millis = 1)
  Duration connectTimeout();

  /** How long an attempt may take in total. */
  @WithDefault("PT15S")
  @DurationMin(millis = 1)
  Duration attemptTimeout();

  /** Maximum number of pending deliveries; beyond it events wait in their topic. */
  @WithDefault("100000")
  @Min(1)
  int maxPending();

  /** How long an ended delivery can be listed and sent again. */
  @WithDefault("P3D")
  @DurationMin
  Duration retention();

  /** Maximum number of ended deliveries; the oldest are dropped first. */
  @WithDefault("100000")
  @Min(0)
  int maxRetained();

  /** The policy for URLs. */
  default UrlPolicyConfig urlPolicyConfig() {
    return new UrlPolicyConfig(allowHttp(), ports(), allowedHosts().orElse(List.of()));
  }
}
