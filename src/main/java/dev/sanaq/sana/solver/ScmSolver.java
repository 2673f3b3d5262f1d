package dev.sanaq.sana.solver;

import java.util.ArrayList;
import java.util.List;

/**
 * Consistency sampling in TrigFlow's time (SANA-Sprint, section 3): each step predicts the data,
 * {@code x0 = cos(t) x - sin(t) v}, and noises it again to the next time. The network was trained
 * on a flow, so its input, its time and its output are carried over (Sprint, appendix; {@code
 * pipelines/sana/pipeline_sana_sprint.py} and {@code schedulers/scheduling_scm.py} of diffusers
 * 0.36.0).
 */
final class ScmSolver {
  private ScmSolver() {}

  static Schedule schedule(SolverSettings settings, int steps) {
    float[] times = times(settings, steps);
    List<SolverStep> table = new ArrayList<>(steps);
    for (int i = 0; i < steps; i++) {
      table.add(step(times[i], times[i + 1], settings.sigmaData(), i + 1 < steps));
    }
    return new Schedule(table, settings.sigmaData(), 1 / settings.sigmaData());
  }

  /** The times, largest first, and the final zero. */
  private static float[] times(SolverSettings settings, int steps) {
    float max = (float) settings.maxTimestep();
    if (steps == 2) {
      return new float[] {max, (float) settings.intermediateTimestep(), 0};
    }
    float[] times = new float[steps + 1];
    float stride = -max / steps;
    for (int i = 0; i <= steps; i++) {
      times[i] = i < (steps + 1) / 2 ? max + stride * i : -stride * (steps - i);
    }
    return times;
  }

  private static SolverStep step(double t, double next, double sigmaData, boolean drawsNoise) {
    // A flow at time s holds signal and noise in the ratio that TrigFlow's time t holds them.
    double s = Math.sin(t) / (Math.cos(t) + Math.sin(t));
    double norm = Math.sqrt(s * s + (1 - s) * (1 - s));
    return new SolverStep(
        t,
        s,
        norm / sigmaData,
        1 - 2 * s,
        norm * sigmaData,
        Math.cos(t),
        -Math.sin(t),
        0,
        drawsNoise ? Math.cos(next) : 1,
        0,
        drawsNoise ? Math.sin(next) * sigmaData : 0,
        drawsNoise);
  }
}
