package dev.sanaq.sana;

import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;

/**
 * What drawings must have in common to share a batch; prompts, seeds, counts and scales may differ.
 *
 * @param width pixels asked for
 * @param height pixels asked for
 * @param steps denoising steps
 * @param solver the solver
 * @param resolutionBinning whether the nearest published aspect is drawn
 * @param guided whether there is classifier-free guidance, which takes a row more an image
 * @param adapters what is added to the model
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

  /** The shape of a drawing. */
  public static BatchKey of(GenerationParams drawing) {
    return new BatchKey(
        drawing.width(),
        drawing.height(),
        drawing.steps(),
        drawing.solver(),
        drawing.resolutionBinning(),
        drawing.guidanceScale() > 1,
        drawing.adapters());
  }
}
