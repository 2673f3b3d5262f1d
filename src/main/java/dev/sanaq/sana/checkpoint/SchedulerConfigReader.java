package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.sana.checkpoint.SchedulerConfig.DpmSolver;
import dev.sanaq.sana.checkpoint.SchedulerConfig.FlowEuler;
import dev.sanaq.sana.checkpoint.SchedulerConfig.Scm;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads {@code scheduler/scheduler_config.json}. Keys and defaults are those of diffusers 0.36.0
 * ({@code schedulers/scheduling_*.py}); harmless ones are those that a run on flow sigmas never
 * looks at.
 */
final class SchedulerConfigReader {
  private SchedulerConfigReader() {}

  static SchedulerConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  static SchedulerConfig of(String file, ObjectNode json) {
    ConfigFields f = new ConfigFields(file, json);
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
                  JsonFile.kind(json.path("_class_name")));
        };
    f.finish();
    return config;
  }

  private static DpmSolver dpmSolver(ConfigFields f) {
    mustSay(f, "algorithm_type", "dpmsolver++");
    mustSay(f, "solver_type", "midpoint");
    mustSay(f, "final_sigmas_type", "zero");
    // Absent, the reference would take epsilon and no flow sigmas: those are other models.
    required(f, "prediction_type", "flow_prediction", v -> v.asText().equals("flow_prediction"));
    required(f, "use_flow_sigmas", "true", v -> v.isBoolean() && v.booleanValue());
    f.mustBeOff(
        "thresholding",
        "use_beta_sigmas",
        "use_dynamic_shifting",
        "use_exponential_sigmas",
        "use_karras_sigmas",
        "use_lu_lambdas");
    Set<String> spacings = Set.of("linspace", "leading", "trailing");
    f.mustBe("timestep_spacing", "one of " + spacings, v -> spacings.contains(v.asText()));
    f.harmless("beta_end", "beta_schedule", "beta_start", "trained_betas");
    f.harmless("dynamic_thresholding_ratio", "sample_max_value", "lambda_min_clipped");
    f.harmless("rescale_betas_zero_snr", "steps_offset", "time_shift_type", "variance_type");
    return new DpmSolver(
        trainTimesteps(f),
        f.number("flow_shift", 1.0, 1e-6, 1e6),
        f.integer("solver_order", 2, 1, 2),
        f.flag("lower_order_final", true),
        f.flag("euler_at_final", false));
  }

  private static FlowEuler flowEuler(ConfigFields f) {
    f.mustBeOff(
        "invert_sigmas",
        "stochastic_sampling",
        "use_beta_sigmas",
        "use_dynamic_shifting",
        "use_exponential_sigmas",
        "use_karras_sigmas");
    f.mustBe("shift_terminal", "null", JsonNode::isNull);
    f.harmless("base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len");
    f.harmless("time_shift_type");
    return new FlowEuler(trainTimesteps(f), f.number("shift", 1.0, 1e-6, 1e6));
  }

  private static Scm scm(ConfigFields f) {
    mustSay(f, "prediction_type", "trigflow");
    return new Scm(trainTimesteps(f), f.number("sigma_data", 0.5, 1e-6, 1e6));
  }

  private static int trainTimesteps(ConfigFields f) {
    return f.integer("num_train_timesteps", 1000, 2, 1_000_000);
  }

  private static void mustSay(ConfigFields f, String key, String word) {
    f.mustBe(key, word, v -> v.isTextual() && v.asText().equals(word));
  }

  private static void required(
      ConfigFields f, String key, String expected, Predicate<JsonNode> holds) {
    f.mustBe(key, expected, holds);
    if (f.value(key) == null) {
      f.refuse(key, expected, "none");
    }
  }
}
