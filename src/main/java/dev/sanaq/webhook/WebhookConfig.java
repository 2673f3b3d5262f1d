package dev.sanaq.webhook;

import dev.sanaq.net.UrlPolicyConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Callbacks out; they are on where a secret is configured. */
@ConfigMapping(prefix = "sanaq.webhook")
public interface WebhookConfig {
  /**
   * Secrets as {@code whsec_<base64 of 24 to 64 bytes>}; each signs, so that one can be changed.
   */
  Optional<List<String>> secrets();

  /** Kinds of events that are told: {@code started}, {@code completed}, ... */
  @WithDefault("completed,failed,cancelled")
  Set<String> events();

  /** The consumer group of all that deliver. */
  @WithDefault("sanaq-webhooks")
  String group();

  /** Whether http addresses may be called, besides https. */
  @WithDefault("false")
  boolean allowHttp();

  /** The ports that may be called. */
  @WithDefault("443")
  Set<Integer> ports();

  /** Hosts by glob and addresses by CIDR block that may be called although they lie inside. */
  Optional<List<String>> allowedHosts();

  /** Attempts at one time. */
  @WithDefault("32")
  int concurrency();

  /** Attempts at one time at one host and port. */
  @WithDefault("4")
  int concurrencyPerHost();

  /** How long a connection may take to come about. */
  @WithDefault("PT5S")
  Duration connectTimeout();

  /** How long an attempt may take as a whole. */
  @WithDefault("PT15S")
  Duration timeout();

  /** Deliveries that may wait for their turn here; past it events wait in their topic. */
  @WithDefault("100000")
  int maxPending();

  /** How long a delivery that has ended can be listed and sent again. */
  @WithDefault("P3D")
  Duration retention();

  /** How many that have ended are kept at most; the oldest go first. */
  @WithDefault("100000")
  int maxRetained();

  /** Which addresses may be called. */
  default UrlPolicyConfig urlPolicyConfig() {
    return new UrlPolicyConfig(allowHttp(), ports(), allowedHosts().orElse(List.of()));
  }
}
