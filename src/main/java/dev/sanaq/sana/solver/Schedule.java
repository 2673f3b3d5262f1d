package dev.sanaq.sana.solver;

import java.util.List;

/**
 * A solver's whole way from noise to latents, computed ahead. Immutable, so one may serve many
 * threads.
 *
 * @param steps in the order of denoising
 * @param initialNoiseScale the first sample is this times N(0, 1) noise
 * @param finalScale the latents for the decoder are this times the last step's {@code x'}
 */
public record Schedule(List<SolverStep> steps, double initialNoiseScale, double finalScale) {
  public Schedule {
    steps = List.copyOf(steps);
  }

  /**
   * The way of a solver in so many steps.
   *
   * @param kind the solver
   * @param settings the checkpoint's settings
   * @param steps 1 to {@link SolverSettings#numTrainTimesteps()}
   * @throws IllegalArgumentException where the number of steps is outside that range
   */
  public static Schedule of(SolverKind kind, SolverSettings settings, int steps) {
    if (steps < 1 || steps > settings.numTrainTimesteps()) {
      throw new IllegalArgumentException(
          "%d steps: %s takes 1 to %d"
              .formatted(steps, kind.label(), settings.numTrainTimesteps()));
    }
    return switch (kind) {
      case FLOW_DPM -> FlowDpmSolver.schedule(settings, steps);
      case FLOW_EULER -> FlowEulerSolver.schedule(settings, steps);
      case SCM -> ScmSolver.schedule(settings, steps);
    };
  }
}
