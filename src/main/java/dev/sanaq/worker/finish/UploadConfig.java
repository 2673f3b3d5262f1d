package dev.sanaq.worker.finish;

import dev.sanaq.net.AllowedHost;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicyConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;

/** Uploads of images to the presigned URLs of a request ({@code output.uploadUrls}). */
@ConfigMapping(prefix = "sanaq.upload")
public interface UploadConfig {
  /** Whether http URLs are allowed, in addition to https. */
  @WithDefault("false")
  boolean allowHttp();

  /** Allowed ports. */
  @WithDefault("443")
  Set<@Min(1) @Max(65535) Integer> ports();

  /** Hosts (glob) and private addresses (CIDR block) that are allowed despite the SSRF guard. */
  Optional<List<@AllowedHost String>> allowedHosts();

  /** Jobs that upload at the same time. */
  @WithDefault("8")
  @Min(1)
  int concurrency();

  /** Timeout for a connection. */
  @WithDefault("PT5S")
  @DurationMin(millis = 1)
  Duration connectTimeout();

  /** Timeout for one attempt. */
  @WithDefault("PT30S")
  @DurationMin(millis = 1)
  Duration attemptTimeout();

  /** How long a job's uploads are retried in total before it fails. */
  @WithDefault("PT1M")
  @DurationMin
  Duration retryTimeout();

  /** The SSRF guard for upload URLs. */
  default UrlPolicyConfig urlPolicyConfig() {
    return new UrlPolicyConfig(allowHttp(), ports(), allowedHosts().orElse(List.of()));
  }

  /** The limits of a call. */
  default PinnedHttpClient.CallLimits callLimits() {
    return new PinnedHttpClient.CallLimits(connectTimeout(), attemptTimeout(), concurrency());
  }
}
