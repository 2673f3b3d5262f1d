package dev.sanaq.sana;

import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;

/**
 * What to draw, every choice made: {@code count} images of one prompt.
 *
 * @param prompt what the image shows
 * @param negativePrompt what it should not show; empty for nothing
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps, at least 1
 * @param guidanceScale classifier-free guidance; none at 1 or less
 * @param seed image i is drawn from {@code seed + i}, as diffusers does with a CPU generator
 * @param count images, at least 1
 * @param solver the solver
 * @param resolutionBinning draw the nearest published aspect, then resize and crop to width and
 *     height; without it both must be multiples of the autoencoder's compression
 * @param instruction put the complex human instruction before the prompt
 * @param adapters what is added to the model; their order does not count
 */
public record GenerationParams(
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int steps,
    double guidanceScale,
    long seed,
    int count,
    SolverKind solver,
    boolean resolutionBinning,
    boolean instruction,
    List<LoraWeight> adapters) {
  public GenerationParams {
    adapters = List.copyOf(adapters);
  }

  /** Without adapters. */
  public GenerationParams(
      String prompt,
      String negativePrompt,
      int width,
      int height,
      int steps,
      double guidanceScale,
      long seed,
      int count,
      SolverKind solver,
      boolean resolutionBinning,
      boolean instruction) {
    this(
        prompt,
        negativePrompt,
        width,
        height,
        steps,
        guidanceScale,
        seed,
        count,
        solver,
        resolutionBinning,
        instruction,
        List.of());
  }
}
