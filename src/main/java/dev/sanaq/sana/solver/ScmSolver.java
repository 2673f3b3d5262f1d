package dev.sanaq.sana.solver;

import java.util.ArrayList;
import java.util.List;

/**
 * Consistency sampling in TrigFlow's time (SANA-Sprint, section 3): each step predicts the data,
 * {@code x0 = cos(t) x - sin(t) v}, and adds the noise of the next time. The network was trained on
 * a flow, so its input, timestep and output are converted (Sprint, appendix; {@code
 * pipelines/sana/pipeline_sana_sprint.py} and {@code schedulers/scheduling_scm.py} of diffusers
 * 0.36.0).
 */
final class ScmSolver {
  private ScmSolver() {}

  static Schedule schedule(SolverSettings settings, int steps, int first) {
    float[] times = times(settings, steps);
    List<SolverStep> list = new ArrayList<>(steps);
    List<NoiseLevel> levels = new ArrayList<>(steps + 1);
    for (int i = first; i < steps; i++) {
      list.add(step(times[i], times[i + 1], settings.sigmaData(), i + 1 < steps));
      levels.add(level(times[i], settings.sigmaData()));
    }
    levels.add(level(0, settings.sigmaData()));
    return new Schedule(list, levels, settings.sigmaData(), 1 / settings.sigmaData());
  }

  /** As {@code prepare_latents} of {@code pipeline_sana_sprint_img2img.py}. */
  private static NoiseLevel level(double t, double sigmaData) {
    return new NoiseLevel(Math.cos(t) * sigmaData, Math.sin(t) * sigmaData);
  }

  /** The times in descending order, with the final zero. */
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

  private static SolverStep step(double t, double next, double sigmaData, boolean addsNoise) {
    // The flow's time s with the same ratio of signal to noise as TrigFlow's time t.
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
        addsNoise ? Math.cos(next) : 1,
        0,
        addsNoise ? Math.sin(next) * sigmaData : 0,
        addsNoise);
  }
}
