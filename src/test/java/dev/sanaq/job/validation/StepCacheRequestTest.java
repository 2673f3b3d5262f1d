package dev.sanaq.job.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.ModelDefaults.KnownStepCache;
import dev.sanaq.sana.solver.StepCache;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The field {@code stepCache}. */
class StepCacheRequestTest {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");
  private static final RequestLimits LIMITS =
      new RequestLimits(100, 4096, 100, 50, 8, 1000, false, false, HOME, List.of(HOME), List.of());
  private static final Optional<List<KnownStepCache>> KNOWN =
      Optional.of(
          List.of(
              new KnownStepCache("fast", "flow-dpm", 20),
              new KnownStepCache("slow", "flow-dpm", 20)));

  @Test
  void absent_isNone_andNotInTheResolvedRequest() {
    Job job = job(KNOWN, "none", Map.of());
    assertThat(job.stepCache()).isEqualTo("none");
    assertThat(job.asRequest()).doesNotContainKey("stepCache");
  }

  @Test
  void everyPresetOfTheModel_isAccepted_othersAreRefusedWithTheModels() {
    assertThat(job(KNOWN, "none", Map.of("stepCache", "fast")).asRequest())
        .containsEntry("stepCache", "fast");
    assertThat(job(KNOWN, "none", Map.of("stepCache", "none")).stepCache()).isEqualTo("none");
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("stepCache", "ultra"),
            Map.of("stepCache", "fast", "steps", 19),
            Map.of("stepCache", "fast", "solver", "flow-euler"))) {
      assertThat(errors(KNOWN, wrong))
          .singleElement()
          .satisfies(
              error -> {
                assertThat(error.field()).isEqualTo("stepCache");
                assertThat(error.toString())
                    .contains("none, fast for 20 steps of flow-dpm, slow for 20 steps");
              });
    }
    assertThat(errors(KNOWN, Map.of("stepCache", "fastest")).toString())
        .contains("fast, medium, none, slow, ultra");
    assertThat(errors(Optional.of(List.of()), Map.of("stepCache", "fast")).toString())
        .contains("this model has no step cache");
  }

  @Test
  void gateway_acceptsEveryName() {
    for (String preset : StepCache.PRESETS) {
      assertThat(job(Optional.empty(), "none", Map.of("stepCache", preset)).stepCache())
          .isEqualTo(preset);
    }
  }

  /** The model's default acts only in the steps that it was found for. */
  @ParameterizedTest
  @CsvSource({"20, flow-dpm, fast", "28, flow-dpm, none", "20, flow-euler, none"})
  void modelDefault_actsWhereTheModelHasIt(int steps, String solver, String expected) {
    assertThat(job(KNOWN, "fast", Map.of("steps", steps, "solver", solver)).stepCache())
        .isEqualTo(expected);
  }

  private static Job job(
      Optional<List<KnownStepCache>> known, String preset, Map<String, Object> fields) {
    return ((ValidationResult.Valid) validate(known, preset, fields)).job();
  }

  private static List<FieldError> errors(
      Optional<List<KnownStepCache>> known, Map<String, Object> fields) {
    return ((ValidationResult.Invalid) validate(known, "none", fields)).failure().error().fields();
  }

  private static ValidationResult validate(
      Optional<List<KnownStepCache>> known, String preset, Map<String, Object> fields) {
    ModelDefaults model =
        new ModelDefaults(
            "m",
            64,
            64,
            20,
            4.5,
            ModelDefaults.ALL_STEPS,
            "flow-dpm",
            List.of("flow-dpm", "flow-euler"),
            preset,
            known,
            Optional.of(List.of()));
    Map<String, Object> request = new LinkedHashMap<>(fields);
    request.put("prompt", "p");
    return new RequestValidator(model, LIMITS).validate(new GenerationRequest(request), "id");
  }
}
