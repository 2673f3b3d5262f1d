package dev.sanaq.sana;

import dev.sanaq.sana.conditioning.ConditioningKey;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;

/**
 * The parameters that all entries of a batch share. Prompts, seeds, counts, guidance scales, LoRA
 * adapters and images may differ.
 *
 * @param width requested width in pixels
 * @param height requested height in pixels
 * @param steps denoising steps
 * @param solver the solver
 * @param resolutionBinning whether the nearest published aspect is generated
 * @param guided whether classifier-free guidance is on
 * @param guidanceInterval the steps with guidance, if it is on
 * @param conditioning what entries share of their conditioning
 * @param stepCache the steps without an evaluation of the network; none with a ControlNet, whose
 *     outputs change abruptly
 * @param draftSteps steps of candidates that are generated before; 0 for none
 */
public record BatchKey(
    int width,
    int height,
    int steps,
    SolverKind solver,
    boolean resolutionBinning,
    boolean guided,
    GuidanceInterval guidanceInterval,
    ConditioningKey conditioning,
    StepCache stepCache,
    int draftSteps) {

  /** That of a generation from a prompt alone. */
  public BatchKey(
      int width,
      int height,
      int steps,
      SolverKind solver,
      boolean resolutionBinning,
      boolean guided,
      GuidanceInterval guidanceInterval) {
    this(
        width,
        height,
        steps,
        solver,
        resolutionBinning,
        guided,
        guidanceInterval,
        ConditioningKey.NONE,
        StepCache.NONE,
        0);
  }

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
        guided ? params.guidanceInterval() : GuidanceInterval.ALL_STEPS,
        ConditioningKey.of(params.conditioning(), params.steps()),
        params.conditioning().control().isPresent() ? StepCache.NONE : params.stepCache(),
        params.selection().draftSteps());
  }
}
