package dev.sanaq.worker.finish;

import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicyConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Images put to the addresses that requests bring, by {@code output.uploadUrls}. */
@ConfigMapping(prefix = "sanaq.upload")
public interface UploadConfig {
  /** Whether http addresses may be asked for and called, besides https. */
  @WithDefault("false")
  boolean allowHttp();

  /** The ports that may be called. */
  @WithDefault("443")
  Set<Integer> ports();

  /** Hosts by glob and addresses by CIDR block that may be called although they lie inside. */
  Optional<List<String>> allowedHosts();

  /** Jobs whose images are put at one time. */
  @WithDefault("8")
  int concurrency();

  /** How long a connection may take to come about. */
  @WithDefault("PT5S")
  Duration connectTimeout();

  /** How long one try may take as a whole. */
  @WithDefault("PT30S")
  Duration attemptTimeout();

  /** How long a job's images are tried again before it fails. */
  @WithDefault("PT1M")
  Duration retryTimeout();

  /** Which addresses may be called. */
  default UrlPolicyConfig urlPolicyConfig() {
    return new UrlPolicyConfig(allowHttp(), ports(), allowedHosts().orElse(List.of()));
  }

  /** The bounds of a call. */
  default PinnedHttpClient.CallLimits callLimits() {
    return new PinnedHttpClient.CallLimits(connectTimeout(), attemptTimeout(), concurrency());
  }
}
