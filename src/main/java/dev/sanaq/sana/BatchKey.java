package dev.sanaq.sana;

import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;

/**
 * The parameters that all entries of a batch share. Prompts, seeds, counts, guidance scales and
 * LoRA adapters may differ.
 *
 * @param width requested width in pixels
 * @param height requested height in pixels
 * @param steps denoising steps
 * @param solver the solver
 * @param resolutionBinning whether the nearest published aspect is generated
 * @param guided whether classifier-free guidance is on
 * @param guidanceInterval the steps with guidance, if it is on
 */
public record BatchKey(
    int width,
    int height,
    int steps,
    SolverKind solver,
    boolean resolutionBinning,
    boolean guided,
    GuidanceInterval guidanceInterval) {

  /** The key of these parameters. */
  public static BatchKey of(GenerationParams params) {
    boolean guided = params.guidanceScale() > 1;
    return new BatchKey(
        params.width(),
        params.height(),
        params.steps(),
        params.solver(),
        params.resolutionBinning(),
        guided,
        guided ? params.guidanceInterval() : GuidanceInterval.ALL_STEPS);
  }
}
