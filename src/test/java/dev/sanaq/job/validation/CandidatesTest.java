package dev.sanaq.job.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules for {@code candidates} and {@code draftSteps}. */
class CandidatesTest {
  private static final OutputLocation HOME = new OutputLocation("home", "");
  private static final RequestLimits LIMITS =
      new RequestLimits(
          100, 4096, 50, 20, 4, 16, 200, false, false, HOME, List.of(HOME), List.of());

  @Test
  void absent_keepsEveryImage() {
    Job job = job(Map.of("count", 2));
    assertThat(List.of(job.candidates(), job.draftSteps())).containsExactly(0, 0);
    assertThat(job.asRequest()).doesNotContainKeys("candidates", "draftSteps");
  }

  @Test
  void given_areReadAndWritten() {
    Job job = job(Map.of("count", 2, "candidates", 8, "steps", 8, "draftSteps", 7));
    assertThat(job.asRequest()).containsEntry("candidates", 8).containsEntry("draftSteps", 7);
    assertThat(job(Map.of("count", 2, "candidates", 2)).candidates()).isEqualTo(2);
  }

  @Test
  void candidates_areAtLeastTheCount_andAtMostTheLimit() {
    assertThat(errors(Map.of("count", 2, "candidates", 1)))
        .containsExactly("candidates: a whole number from 2 to 16");
    assertThat(errors(Map.of("candidates", 17)))
        .containsExactly("candidates: a whole number from 1 to 16");
  }

  @Test
  void everyCandidateHasASeed() {
    assertThat(job(Map.of("candidates", 3, "seed", Long.MAX_VALUE - 2)).candidates()).isEqualTo(3);
    assertThat(errors(Map.of("candidates", 3, "seed", Long.MAX_VALUE - 1)))
        .singleElement()
        .asString()
        .startsWith("seed: ");
  }

  @Test
  void draftSteps_needCandidatesAndMoreSteps() {
    assertThat(errors(Map.of("draftSteps", 2)))
        .containsExactly("draftSteps: nothing without candidates, or with a single step");
    assertThat(errors(Map.of("draftSteps", 1, "candidates", 2, "steps", 1)))
        .containsExactly("draftSteps: nothing without candidates, or with a single step");
    assertThat(errors(Map.of("draftSteps", 20, "candidates", 2)))
        .containsExactly("draftSteps: a whole number from 1 to 19");
  }

  @Test
  void withoutScorer_areRefusedBySettingsName() {
    assertThat(errors(Map.of("candidates", 2), false, true))
        .singleElement()
        .asString()
        .contains("sanaq.model.scorer");
    assertThat(errors(Map.of("count", 2), false, true)).isEmpty();
  }

  /** A gateway does not know the model's default steps. */
  @Test
  void draftSteps_withoutKnownModel_areBoundedByTheStepsOfTheRequest() {
    assertThat(errors(Map.of("draftSteps", 25, "candidates", 2), true, false)).isEmpty();
    assertThat(errors(Map.of("draftSteps", 25, "candidates", 2, "steps", 25), true, false))
        .containsExactly("draftSteps: a whole number from 1 to 24");
  }

  @Test
  void fingerprint_differsByCandidates() {
    assertThat(job(Map.of("candidates", 2)).fingerprint())
        .isNotEqualTo(job(Map.of()).fingerprint())
        .isNotEqualTo(job(Map.of("candidates", 2, "draftSteps", 4)).fingerprint());
  }

  private static Job job(Map<String, Object> fields) {
    return ((ValidationResult.Valid) validate(fields, true, true)).job();
  }

  private static List<String> errors(Map<String, Object> fields) {
    return errors(fields, true, true);
  }

  private static List<String> errors(
      Map<String, Object> fields, boolean scorer, boolean modelKnown) {
    return validate(fields, scorer, modelKnown) instanceof ValidationResult.Invalid invalid
        ? invalid.failure().error().fields().stream().map(CandidatesTest::describe).toList()
        : List.of();
  }

  private static String describe(FieldError error) {
    return error.field() + ": " + error.allowed();
  }

  private static ValidationResult validate(
      Map<String, Object> fields, boolean scorer, boolean modelKnown) {
    Map<String, Object> request = new HashMap<>(fields);
    request.put("prompt", "a fox");
    ModelDefaults model =
        new ModelDefaults(
            "sana",
            64,
            64,
            20,
            4.5,
            ModelDefaults.ALL_STEPS,
            "flow-dpm",
            List.of("flow-dpm"),
            modelKnown ? Optional.of(List.of()) : Optional.empty(),
            scorer);
    return new RequestValidator(model, LIMITS).validate(new GenerationRequest(request), "id");
  }
}
