package dev.sanaq.sana.solver;

import java.util.ArrayList;
import java.util.List;

/**
 * Euler's method on the flow: {@code x' = x + (sigma' - sigma) v}. Follows {@code
 * schedulers/scheduling_flow_match_euler_discrete.py} of diffusers 0.36.0, which shifts twice:
 * first the ends of the range, then every sigma between them.
 */
final class FlowEulerSolver {
  private FlowEulerSolver() {}

  static Schedule schedule(SolverSettings settings, int steps, int first) {
    float[] sigmas = sigmas(settings, steps);
    List<SolverStep> list = new ArrayList<>(steps);
    List<NoiseLevel> levels = new ArrayList<>(steps + 1);
    for (int i = first; i < steps; i++) {
      levels.add(NoiseLevel.flow(sigmas[i]));
      float timestep = sigmas[i] * settings.numTrainTimesteps();
      list.add(SolverStep.flow(timestep, 0, 1, 1, sigmas[i + 1] - sigmas[i], 0));
    }
    levels.add(NoiseLevel.flow(sigmas[steps]));
    return new Schedule(list, levels, 1, 1);
  }

  /** The sigmas in descending order, with the final zero. */
  private static float[] sigmas(SolverSettings settings, int steps) {
    int train = settings.numTrainTimesteps();
    double first = (double) shiftedOnce(settings, 1f) * train;
    double last = (double) shiftedOnce(settings, 1f / train) * train;
    double shift = settings.flowShift();
    double stride = steps == 1 ? 0 : (last - first) / (steps - 1);
    float[] sigmas = new float[steps + 1];
    for (int i = 0; i < steps; i++) {
      double sigma = (i > 0 && i == steps - 1 ? last : first + i * stride) / train;
      sigmas[i] = (float) (shift * sigma / (1 + (shift - 1) * sigma));
    }
    return sigmas;
  }

  private static float shiftedOnce(SolverSettings settings, float sigma) {
    float shift = (float) settings.flowShift();
    return shift * sigma / (1 + (float) (settings.flowShift() - 1) * sigma);
  }
}
