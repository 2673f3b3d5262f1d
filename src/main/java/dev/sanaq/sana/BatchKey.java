package dev.sanaq.sana;

import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;

/**
 * The parameters that all entries of a batch share. Prompts, seeds, counts and guidance scales may
 * differ.
 *
 * @param width requested width in pixels
 * @param height requested height in pixels
 * @param steps denoising steps
 * @param solver the solver
 * @param resolutionBinning whether the nearest published aspect is generated
 * @param guided whether classifier-free guidance is on
 * @param adapters the LoRA adapters
 */
public record BatchKey(
    int width,
    int height,
    int steps,
    SolverKind solver,
    boolean resolutionBinning,
    boolean guided,
    List<LoraWeight> adapters) {
  public BatchKey {
    adapters = List.copyOf(adapters);
  }

  /** The key of these parameters. */
  public static BatchKey of(GenerationParams params) {
    return new BatchKey(
        params.width(),
        params.height(),
        params.steps(),
        params.solver(),
        params.resolutionBinning(),
        params.guidanceScale() > 1,
        params.adapters());
  }
}
