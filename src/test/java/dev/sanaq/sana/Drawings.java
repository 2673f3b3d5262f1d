package dev.sanaq.sana;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;

/** Valid drawings for tests; each test changes what it is about. */
final class Drawings {
  private Drawings() {}

  static SanaPipeline load(String model, String precision) {
    return SanaPipeline.load(model(model), new PipelineOptions(precision, "", 0, "cpu"));
  }

  /** A fixture's checkpoint. */
  static Path model(String fixture) {
    return Fixtures.path(fixture + "/checkpoint");
  }

  /** One small picture of a fox in three steps. */
  static Drawing fox(long seed) {
    return new Drawing(
        "a fox", "blurry", 64, 64, 3, 4.5, seed, 1, SolverKind.FLOW_DPM, false, true);
  }

  /** A call of the reference's pipeline as the fixtures tell it, at an exact size or binned. */
  static Drawing called(JsonNode call, long seed, boolean resolutionBinning, AdapterUse... uses) {
    return new Drawing(
        call.get("prompt").textValue(),
        "",
        call.get("width").intValue(),
        call.get("height").intValue(),
        call.get("num_inference_steps").intValue(),
        call.get("guidance_scale").doubleValue(),
        seed,
        1,
        SolverKind.FLOW_DPM,
        resolutionBinning,
        true,
        List.of(uses));
  }

  static Drawing counted(Drawing d, int count) {
    return with(d, d.prompt(), d.width(), d.height(), d.guidanceScale(), d.seed(), count);
  }

  static Drawing sized(Drawing d, int width, int height) {
    return with(d, d.prompt(), width, height, d.guidanceScale(), d.seed(), d.count());
  }

  static Drawing prompted(Drawing d, String prompt, double guidanceScale) {
    return with(d, prompt, d.width(), d.height(), guidanceScale, d.seed(), d.count());
  }

  /** Picture i of a drawing as a drawing of its own. */
  static Drawing alone(Drawing d, int i) {
    return with(d, d.prompt(), d.width(), d.height(), d.guidanceScale(), d.seed() + i, 1);
  }

  private static Drawing with(
      Drawing d, String prompt, int width, int height, double guidanceScale, long seed, int count) {
    return new Drawing(
        prompt,
        d.negativePrompt(),
        width,
        height,
        d.steps(),
        guidanceScale,
        seed,
        count,
        d.solver(),
        d.resolutionBinning(),
        d.instruction());
  }
}
