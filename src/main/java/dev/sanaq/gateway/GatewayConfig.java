package dev.sanaq.gateway;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.net.HttpUrl;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.hibernate.validator.constraints.time.DurationMin;

/** Settings of the gateway: HTTP API and web page. */
@ConfigMapping(prefix = "sanaq.gateway")
public interface GatewayConfig {
  /** Whether {@code serve} starts the gateway. */
  @WithDefault("true")
  boolean enabled();

  /** Accept callers without a key although other machines can reach the gateway. */
  @WithDefault("false")
  boolean allowAnonymous();

  /**
   * Names by which clients reach a gateway without keys, beside localhost; {@code *} for any.
   * Unset, a gateway that other machines can reach accepts any name.
   */
  Optional<List<String>> allowedHosts();

  /**
   * The URL at which clients reach the gateway. If it is set, image URLs in the gateway's answers
   * lead to the gateway, and need the caller's key, in place of the storage.
   */
  Optional<@HttpUrl URI> publicUrl();

  /** API keys by the name of their owner: up to 32 of A-Z a-z 0-9 _ and -. */
  Map<String, Key> keys();

  /** Limits of each OpenID subject. */
  Quota oidc();

  /** How many ended jobs stay in memory; older ones are looked up in S3. */
  @WithDefault("10000")
  @Min(0)
  int maxRetainedJobs();

  /**
   * How many bytes the requests of queued and running jobs may take in memory together. Of jobs
   * beyond that the gateway knows everything but the request's fields.
   */
  @WithDefault("64000000")
  @Min(0)
  long maxOpenRequestBytes();

  /** New jobs are rejected while the queued work takes longer than this. */
  @WithDefault("PT1H")
  @DurationMin(millis = 1)
  Duration maxBacklog();

  /** The longest time that an answer may wait for a job's end. */
  @WithDefault("PT5M")
  @DurationMin(millis = 1)
  Duration maxWait();

  /**
   * How long a call that waits for its new job waits for a first worker, if none is running. Where
   * workers are started on demand, set it to the time of a start: the waiting job causes it.
   */
  @WithDefault("PT2S")
  @DurationMin
  Duration workerStartTimeout();

  /** How often an event stream sends a comment to stay open. */
  @WithDefault("PT15S")
  @DurationMin(millis = 1)
  Duration heartbeat();

  /**
   * Names of models that clients of OpenAI's routes may use, each {@code NAME=MODEL}; {@code
   * NAME=*} for the workers' model, whatever its name. Example: {@code
   * gpt-image-1=*,drafts=sana-sprint}.
   */
  Optional<
          List<
              @Pattern(regexp = "\\s*[^=]+=\\s*\\S.*", message = "must be NAME=MODEL or NAME=*")
              String>>
      modelAliases();

  /**
   * The models behind this gateway, if there are several: each has workers of its own. Without any,
   * the gateway has the workers of {@code sanaq.topics.requests}, whatever their model is called.
   */
  Map<String, ModelSettings> models();

  /**
   * The model of requests that name none: a {@code name} of {@code sanaq.gateway.models}. Required
   * if there are several.
   */
  Optional<String> defaultModel();

  /** OpenAI's routes. */
  OpenAiConfig openai();

  /** Assumptions until workers have reported their model and jobs have completed. */
  EstimateConfig estimate();

  /** OpenAI's routes. */
  interface OpenAiConfig {
    /**
     * What an answer contains if a request does not say: {@code url} or {@code b64_json}. For
     * models named {@code gpt-image-...} it is always {@code b64_json}.
     */
    @WithDefault("url")
    @Pattern(regexp = "url|b64_json", message = "must be url or b64_json")
    String responseFormat();

    /** Whether the answer contains the images by default. */
    default boolean inlineByDefault() {
      return responseFormat().equals("b64_json");
    }
  }

  /** A model and its workers. */
  interface ModelSettings {
    /**
     * The model's name in requests. Its workers report the same: the name of their checkpoint's
     * folder. Default: NAME.
     */
    Optional<String> name();

    /**
     * The topic of its requests: {@code sanaq.topics.requests} of its workers. Default: that of
     * this gateway.
     */
    Optional<
            @Pattern(regexp = TopicsConfig.TOPIC_NAME, message = TopicsConfig.TOPIC_NAME_MESSAGE)
            String>
        requests();

    /**
     * The consumer group of its workers: their {@code sanaq.worker.group}. Default: that of this
     * gateway.
     */
    Optional<String> group();

    /**
     * New jobs of this model are rejected while its queued work takes longer than this. Default:
     * {@code sanaq.gateway.max-backlog}.
     */
    Optional<@DurationMin(millis = 1) Duration> maxBacklog();

    /** What the gateway assumes of this model; the defaults are {@code sanaq.gateway.estimate}. */
    ModelEstimateConfig estimate();
  }

  /** What the gateway assumes of one model. */
  interface ModelEstimateConfig {
    /** Width in pixels of a request without the field. */
    @Min(1)
    OptionalInt width();

    /** Height in pixels of a request without the field. */
    @Min(1)
    OptionalInt height();

    /** Denoising steps of a request without the field. */
    @Min(1)
    OptionalInt steps();

    /** Seconds of a step for a megapixel, until the first job has completed. */
    Optional<@Positive Double> secondsPerMegapixelStep();
  }

  /** Limits of an owner. */
  interface Quota {
    /** Requests per minute at this gateway. */
    @Min(1)
    OptionalInt requestsPerMinute();

    /** Jobs per UTC day at all gateways together. */
    @Min(0)
    OptionalInt jobsPerDay();
  }

  /** An owner's keys and limits. */
  interface Key extends Quota {
    /** SHA-256 of each valid key, hexadecimal; two while one replaces the other. */
    List<String> sha256();
  }

  /**
   * What the gateway assumes of the workers' model until the first worker has reported it, to
   * estimate the backlog. The defaults that jobs run with are the model's own.
   */
  interface EstimateConfig {
    /** Width in pixels of a request without the field. */
    @WithDefault("1024")
    @Min(1)
    int width();

    /** Height in pixels of a request without the field. */
    @WithDefault("1024")
    @Min(1)
    int height();

    /** Denoising steps of a request without the field. */
    @WithDefault("20")
    @Min(1)
    int steps();

    /** Seconds of a step for a megapixel, until the first job has completed. */
    @WithDefault("0.05")
    @Positive
    double secondsPerMegapixelStep();
  }
}
