package dev.sanaq.worker.safety;

import dev.sanaq.job.Job;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.sana.text.SafetyPolicy;
import dev.sanaq.sana.text.ShieldGemma;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Checks prompts by ShieldGemma in this process. Any number of threads. */
public final class ShieldGemmaCheck implements PromptCheck, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ShieldGemmaCheck.class);

  private final ShieldGemma model;
  private final Set<SafetyPolicy> policies;
  private final double threshold;

  ShieldGemmaCheck(ShieldGemma model, Set<SafetyPolicy> policies, double threshold) {
    this.model = model;
    this.policies = Set.copyOf(policies);
    this.threshold = threshold;
  }

  /**
   * Checks what can be checked without loading.
   *
   * @throws IllegalArgumentException if the configured folder is missing
   */
  public static void requireFolder(SafetyConfig config) {
    config
        .shieldgemma()
        .filter(folder -> !Files.isDirectory(folder))
        .ifPresent(
            folder -> {
              throw new IllegalArgumentException(
                  "sanaq.safety.shieldgemma is %s: there is no such folder; set it to the folder of google/shieldgemma-2b"
                      .formatted(folder));
            });
  }

  /**
   * Loads the model, if one is configured, and tries it once; blocks.
   *
   * @param device of the image model
   * @param precision of the image model
   * @param lowMemory see {@link ShieldGemma#load}
   * @return closed by the caller
   */
  public static Optional<ShieldGemmaCheck> load(
      SafetyConfig config, String device, String precision, boolean lowMemory) {
    return config
        .shieldgemma()
        .map(
            folder -> load(config, ShieldGemma.load(folder, device, precision, lowMemory), folder));
  }

  private static ShieldGemmaCheck load(SafetyConfig config, ShieldGemma model, Path folder) {
    ShieldGemmaCheck check =
        new ShieldGemmaCheck(model, config.checkedPolicies(), config.threshold());
    try {
      check.refusingPolicy("a red apple"); // the first call is slow, and finds an unusable model
    } catch (RuntimeException | Error e) {
      check.close();
      throw e;
    }
    LOG.infof("loaded ShieldGemma from %s", folder);
    return check;
  }

  @Override
  public Optional<String> checkPrompt(Job job, BooleanSupplier aborted) {
    if (aborted.getAsBoolean()) {
      throw new RetryAbortedException();
    }
    return refusingPolicy(job.prompt());
  }

  /** The policy with the highest probability above the threshold. */
  private Optional<String> refusingPolicy(String prompt) {
    Map<SafetyPolicy, Double> probabilities;
    try {
      probabilities = model.probabilities(prompt, policies);
    } catch (RuntimeException e) {
      throw new SafetyUnavailableException("ShieldGemma failed: " + e.getMessage(), e);
    }
    if (probabilities.values().stream().anyMatch(probability -> probability.isNaN())) {
      throw new SafetyUnavailableException("ShieldGemma gives NaN");
    }
    return probabilities.entrySet().stream()
        .filter(entry -> entry.getValue() > threshold)
        .max(Map.Entry.comparingByValue())
        .map(entry -> entry.getKey().label());
  }

  @Override
  public void close() {
    model.close();
  }
}
