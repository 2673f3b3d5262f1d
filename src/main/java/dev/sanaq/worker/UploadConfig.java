package dev.sanaq.worker;

import dev.sanaq.outbound.GateRules;
import dev.sanaq.outbound.HttpCalls;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Pictures put to the addresses that requests bring, by {@code output.uploadUrls}. */
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

  /** Jobs whose pictures are put at one time. */
  @WithDefault("8")
  int concurrency();

  /** How long a connection may take to come about. */
  @WithDefault("PT5S")
  Duration connectTimeout();

  /** How long one try may take as a whole. */
  @WithDefault("PT30S")
  Duration timeout();

  /** How long a job's pictures are tried again before it fails. */
  @WithDefault("PT1M")
  Duration patience();

  /** Which addresses may be called. */
  default GateRules gateRules() {
    return new GateRules(allowHttp(), ports(), allowedHosts().orElse(List.of()));
  }

  /** The bounds of a call. */
  default HttpCalls.Bounds bounds() {
    return new HttpCalls.Bounds(connectTimeout(), timeout(), concurrency());
  }
}
