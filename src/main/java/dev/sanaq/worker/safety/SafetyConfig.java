package dev.sanaq.worker.safety;

import dev.sanaq.sana.text.SafetyPolicy;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * The safety stage of workers: checks of prompts and images. Off unless {@code shieldgemma} or
 * {@code hook.url} is set.
 */
@ConfigMapping(prefix = "sanaq.safety")
public interface SafetyConfig {
  /** The folder of ShieldGemma (google/shieldgemma-2b); if set, it checks prompts. */
  Optional<Path> shieldgemma();

  /** The policies that ShieldGemma checks. */
  @WithDefault("dangerous_content,harassment,hate_speech,sexually_explicit")
  Set<
          @Pattern(
              regexp = "dangerous_content|harassment|hate_speech|sexually_explicit",
              message = "must be dangerous_content, harassment, hate_speech or sexually_explicit")
          String>
      policies();

  /** A prompt is refused if ShieldGemma's probability of a violation is above this. */
  @WithDefault("0.2")
  @DecimalMin("0")
  @DecimalMax("1")
  double threshold();

  /** Let a job pass if a check gives no answer, instead of failing it. */
  @WithDefault("false")
  boolean failOpen();

  /** The operator's own service. */
  HookConfig hook();

  /** The policies that ShieldGemma checks. */
  default Set<SafetyPolicy> checkedPolicies() {
    Set<SafetyPolicy> checked = EnumSet.noneOf(SafetyPolicy.class);
    policies().forEach(label -> checked.add(SafetyPolicy.of(label)));
    return checked;
  }

  /** The operator's own service. */
  interface HookConfig {
    /** Your own service, asked by POST; if set, it checks prompts and images. */
    Optional<String> url();

    /** Sent to it as {@code Authorization: Bearer TOKEN}. */
    Optional<String> token();

    /** What it checks: {@code prompt}, {@code image} or both. */
    @WithDefault("prompt,image")
    Set<@Pattern(regexp = "prompt|image", message = "must be prompt or image") String> stages();

    /** How long one call may take in total. */
    @WithDefault("PT5S")
    @DurationMin(millis = 1)
    Duration attemptTimeout();

    /** How long a failed call is retried before the check counts as unavailable. */
    @WithDefault("PT10S")
    @DurationMin
    Duration retryTimeout();

    /** Calls at the same time. */
    @WithDefault("8")
    @Min(1)
    int concurrency();
  }
}
