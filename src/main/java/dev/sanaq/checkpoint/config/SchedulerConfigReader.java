package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.SchedulerConfig.DpmSolver;
import dev.sanaq.checkpoint.config.SchedulerConfig.FlowEuler;
import dev.sanaq.checkpoint.config.SchedulerConfig.Scm;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads {@code scheduler/scheduler_config.json}. Keys and defaults are those of diffusers 0.36.0
 * ({@code schedulers/scheduling_*.py}); keys without an effect on flow sigmas are ignored.
 */
public final class SchedulerConfigReader {
  private SchedulerConfigReader() {}

  /**
   * Reads the file.
   *
   * @throws CheckpointException with every invalid field
   */
  public static SchedulerConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  /** As {@link #read}, from parsed JSON; {@code file} is for messages. */
  public static SchedulerConfig of(String file, ObjectNode json) {
    ConfigObjectReader f = new ConfigObjectReader(file, json);
    String name = json.path("_class_name").asText();
    SchedulerConfig config =
        switch (name) {
          case DpmSolver.CLASS -> dpmSolver(f);
          case FlowEuler.CLASS -> flowEuler(f);
          case Scm.CLASS -> scm(f);
          default ->
              throw new CheckpointException(
                  file,
                  "_class_name",
                  "%s, %s or %s".formatted(DpmSolver.CLASS, FlowEuler.CLASS, Scm.CLASS),
                  JsonFile.shortened(json.path("_class_name")));
        };
    f.throwIfInvalid();
    return config;
  }

  private static DpmSolver dpmSolver(ConfigObjectReader f) {
    requireText(f, "algorithm_type", "dpmsolver++");
    requireText(f, "solver_type", "midpoint");
    requireText(f, "final_sigmas_type", "zero");
    // Without them the reference predicts epsilon and uses no flow sigmas, as other models do.
    requirePresent(
        f, "prediction_type", "flow_prediction", v -> v.asText().equals("flow_prediction"));
    requirePresent(f, "use_flow_sigmas", "true", v -> v.isBoolean() && v.booleanValue());
    f.requireDisabled(
        "thresholding",
        "use_beta_sigmas",
        "use_dynamic_shifting",
        "use_exponential_sigmas",
        "use_karras_sigmas",
        "use_lu_lambdas");
    Set<String> spacings = Set.of("linspace", "leading", "trailing");
    f.requireIfPresent(
        "timestep_spacing", "one of " + spacings, v -> spacings.contains(v.asText()));
    f.ignoreKeys("beta_end", "beta_schedule", "beta_start", "trained_betas");
    f.ignoreKeys("dynamic_thresholding_ratio", "sample_max_value", "lambda_min_clipped");
    f.ignoreKeys("rescale_betas_zero_snr", "steps_offset", "time_shift_type", "variance_type");
    return new DpmSolver(
        numTrainTimesteps(f),
        f.number("flow_shift", 1.0, 1e-6, 1e6),
        f.integer("solver_order", 2, 1, 2),
        f.flag("lower_order_final", true),
        f.flag("euler_at_final", false));
  }

  private static FlowEuler flowEuler(ConfigObjectReader f) {
    f.requireDisabled(
        "invert_sigmas",
        "stochastic_sampling",
        "use_beta_sigmas",
        "use_dynamic_shifting",
        "use_exponential_sigmas",
        "use_karras_sigmas");
    f.requireIfPresent("shift_terminal", "null", JsonNode::isNull);
    f.ignoreKeys("base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len");
    f.ignoreKeys("time_shift_type");
    return new FlowEuler(numTrainTimesteps(f), f.number("shift", 1.0, 1e-6, 1e6));
  }

  private static Scm scm(ConfigObjectReader f) {
    requireText(f, "prediction_type", "trigflow");
    return new Scm(numTrainTimesteps(f), f.number("sigma_data", 0.5, 1e-6, 1e6));
  }

  private static int numTrainTimesteps(ConfigObjectReader f) {
    return f.integer("num_train_timesteps", 1000, 2, 1_000_000);
  }

  private static void requireText(ConfigObjectReader f, String key, String word) {
    f.requireIfPresent(key, word, v -> v.isTextual() && v.asText().equals(word));
  }

  private static void requirePresent(
      ConfigObjectReader f, String key, String expected, Predicate<JsonNode> holds) {
    f.requireIfPresent(key, expected, holds);
    if (f.value(key) == null) {
      f.reject(key, expected, "none");
    }
  }
}
