package dev.sanaq.sana;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;

/** Valid generation parameters for tests, each of which changes one thing. */
public final class TestGenerationParams {
  private TestGenerationParams() {}

  static SanaPipeline loadPipeline(String model, String precision) {
    return SanaPipeline.load(
        checkpointPath(model), new PipelineOptions(precision, "", 0, "cpu", List.of(), false));
  }

  /** The path of a fixture's checkpoint. */
  public static Path checkpointPath(String fixture) {
    return Fixtures.path(fixture + "/checkpoint");
  }

  /** One small image of a fox in three steps. */
  public static GenerationParams fox(long seed) {
    return new GenerationParams(
        "a fox", "blurry", 64, 64, 3, 4.5, seed, 1, SolverKind.FLOW_DPM, false, true, List.of());
  }

  /** An image of the checkpoint that ships, as it was trained: 128 pixels, guidance 2.5. */
  public static GenerationParams emoji(String prompt, int steps) {
    return new GenerationParams(
        prompt, "", 128, 128, steps, 2.5, 7, 1, SolverKind.FLOW_DPM, false, true, List.of());
  }

  /** The parameters of a reference call in a fixture. */
  public static GenerationParams fromReferenceCall(
      JsonNode call, long seed, boolean resolutionBinning, LoraWeight... uses) {
    return new GenerationParams(
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

  static GenerationParams withSolver(GenerationParams d, SolverKind solver) {
    return new GenerationParams(
        d.prompt(),
        d.negativePrompt(),
        d.width(),
        d.height(),
        d.steps(),
        d.guidanceScale(),
        d.seed(),
        d.count(),
        solver,
        d.resolutionBinning(),
        d.instruction(),
        d.adapters());
  }

  static GenerationParams withCount(GenerationParams d, int count) {
    return copy(d, d.prompt(), d.width(), d.height(), d.guidanceScale(), d.seed(), count);
  }

  static GenerationParams withSize(GenerationParams d, int width, int height) {
    return copy(d, d.prompt(), width, height, d.guidanceScale(), d.seed(), d.count());
  }

  public static GenerationParams withPrompt(
      GenerationParams d, String prompt, double guidanceScale) {
    return copy(d, prompt, d.width(), d.height(), guidanceScale, d.seed(), d.count());
  }

  /** The parameters of image i alone. */
  static GenerationParams singleImage(GenerationParams d, int i) {
    return copy(d, d.prompt(), d.width(), d.height(), d.guidanceScale(), d.seed() + i, 1);
  }

  private static GenerationParams copy(
      GenerationParams d,
      String prompt,
      int width,
      int height,
      double guidanceScale,
      long seed,
      int count) {
    return new GenerationParams(
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
        d.instruction(),
        List.of());
  }
}
