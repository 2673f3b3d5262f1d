package dev.sanaq.sana.solver;

import java.util.ArrayList;
import java.util.List;

/**
 * Flow-DPM-Solver++ (Sana, section 3.3): the multistep DPM-Solver++ of order 2, midpoint, on data
 * predictions {@code x0 = x - sigma * v} of a flow. Follows {@code
 * schedulers/scheduling_dpmsolver_multistep.py} of diffusers 0.36.0 with flow sigmas and a final
 * sigma of zero. It computes in float where the reference does, so that images are equal.
 */
final class FlowDpmSolver {
  private FlowDpmSolver() {}

  static Schedule schedule(SolverSettings settings, int steps, int first) {
    double[] exact = sigmas(settings, steps);
    List<SolverStep> list = new ArrayList<>(steps);
    List<NoiseLevel> levels = new ArrayList<>(steps + 1);
    for (int i = first; i < steps; i++) {
      float sigma = (float) exact[i];
      float next = i + 1 < steps ? (float) exact[i + 1] : 0f;
      boolean firstOrder = settings.solverOrder() == 1 || i == first || i == steps - 1;
      float before = firstOrder ? Float.NaN : (float) exact[i - 1];
      // The network was trained on whole timesteps; the sigmas stay unrounded.
      double timestep = Math.floor(exact[i] * settings.numTrainTimesteps());
      levels.add(NoiseLevel.flow(sigma));
      list.add(
          firstOrder
              ? firstOrder(timestep, sigma, next)
              : secondOrder(timestep, before, sigma, next));
    }
    levels.add(NoiseLevel.flow(0));
    return new Schedule(list, levels, 1, 1);
  }

  /** The shifted sigmas in descending order, without the final zero. */
  private static double[] sigmas(SolverSettings settings, int steps) {
    double[] sigmas = new double[steps];
    double shift = settings.flowShift();
    double noisiest = 1.0 / settings.numTrainTimesteps();
    double stride = (noisiest - 1) / steps;
    for (int i = 0; i < steps; i++) {
      int fromClean = steps - i;
      double alpha = fromClean == steps ? noisiest : 1 + fromClean * stride;
      double sigma = 1 - alpha;
      sigmas[i] = shift * sigma / (1 + (shift - 1) * sigma);
    }
    return sigmas;
  }

  /**
   * DPM-Solver++ 1, which is DDIM: {@code x' = (sigma' / sigma) x + g x0}, g of {@link #expm1Term}.
   */
  private static SolverStep firstOrder(double timestep, float sigma, float next) {
    return SolverStep.flow(timestep, 1, -sigma, next / sigma, expm1Term(sigma, next), 0);
  }

  /**
   * DPM-Solver++ (2M), midpoint: {@code x' = (sigma' / sigma) x + g (x0 + (x0 - previous x0) / (2
   * r))}, g of {@link #expm1Term} and r the ratio of the last two steps in lambda.
   */
  private static SolverStep secondOrder(double timestep, float before, float sigma, float next) {
    float ratio = (lambda(sigma) - lambda(before)) / (lambda(next) - lambda(sigma));
    double growth = expm1Term(sigma, next);
    double slope = 0.5 * growth / ratio;
    return SolverStep.flow(timestep, 1, -sigma, next / sigma, growth + slope, -slope);
  }

  /** {@code alpha' * (1 - exp(-h))}, h the difference of lambda. */
  private static float expm1Term(float sigma, float next) {
    float h = lambda(next) - lambda(sigma);
    return -((1 - next) * ((float) Math.exp(-h) - 1));
  }

  /** lambda, half the log signal-to-noise ratio; infinite at sigma 0. */
  private static float lambda(float sigma) {
    return (float) Math.log(1 - sigma) - (float) Math.log(sigma);
  }
}
