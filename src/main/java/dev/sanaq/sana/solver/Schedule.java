package dev.sanaq.sana.solver;

import java.util.List;

/**
 * The coefficients of every step of a solver, computed before denoising starts (diffusers: {@code
 * set_timesteps}). Immutable; several threads may share one.
 *
 * @param steps in the order of denoising
 * @param levels the noise levels: before step i at index i, after the last step at the end
 * @param initialNoiseScale the starting latents are this times N(0, 1) noise
 * @param finalScale the decoder's latents are this times the last step's {@code x'}
 */
public record Schedule(
    List<SolverStep> steps, List<NoiseLevel> levels, double initialNoiseScale, double finalScale) {
  public Schedule {
    steps = List.copyOf(steps);
    levels = List.copyOf(levels);
  }
}
