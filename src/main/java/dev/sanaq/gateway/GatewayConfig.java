package dev.sanaq.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The gateway. */
@ConfigMapping(prefix = "sanaq.gateway")
public interface GatewayConfig {
  /** Whether {@code serve} starts it. */
  @WithDefault("true")
  boolean enabled();

  /** Answer everybody, without keys, at an address that others can reach. */
  @WithDefault("false")
  boolean allowAnonymous();

  /** The API keys, by the name of their owner: up to 32 of A-Z a-z 0-9 _ and -. */
  Map<String, Key> keys();

  /** Those whom the OpenID provider knows, each of them. */
  Quota oidc();

  /** How many ended jobs are kept in memory; older ones are looked up on the storage. */
  @WithDefault("10000")
  int maxRetainedJobs();

  /** New jobs are refused while the work that waits takes longer than this. */
  @WithDefault("PT1H")
  Duration maxBacklog();

  /** The longest that an answer may wait for a job's end. */
  @WithDefault("PT5M")
  Duration maxWait();

  /** How often an event stream without news says that it is alive. */
  @WithDefault("PT15S")
  Duration heartbeat();

  /** What to reckon with until workers have told. */
  EstimateConfig estimate();

  /** How much one may ask for. */
  interface Quota {
    /** Requests a minute at this gateway. */
    OptionalInt requestsPerMinute();

    /** Jobs a day, in UTC, at all gateways together. */
    OptionalInt jobsPerDay();
  }

  /** An owner's access. */
  interface Key extends Quota {
    /**
     * SHA-256 of each key that the owner may use, hexadecimal; two while one replaces the other.
     */
    List<String> sha256();
  }

  /** The defaults of the workers' model, to reckon the work of requests that leave them out. */
  interface EstimateConfig {
    /** Pixels. */
    @WithDefault("1024")
    int width();

    /** Pixels. */
    @WithDefault("1024")
    int height();

    /** Denoising steps. */
    @WithDefault("20")
    int steps();

    /** Seconds a step takes for a megapixel, until completed jobs have shown it. */
    @WithDefault("0.05")
    double secondsPerMegapixelStep();
  }
}
