package dev.sanaq.sana.solver;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The solvers, by their names in requests. */
public enum SolverKind {
  /** Flow-DPM-Solver++, order 2, midpoint (paper, section 3.3 and appendix): 14 to 20 steps. */
  FLOW_DPM("flow-dpm"),
  /** Euler's method on the flow: 28 to 50 steps. */
  FLOW_EULER("flow-euler"),
  /** Consistency sampling in TrigFlow's parameters, for SANA-Sprint: 1 to 4 steps. */
  SCM("scm");

  private final String label;

  SolverKind(String label) {
    this.label = label;
  }

  /** The name in requests and on the command line. */
  public String label() {
    return label;
  }

  /**
   * The schedule of this solver.
   *
   * @param settings the checkpoint's settings
   * @param steps 1 to {@link SolverSettings#numTrainTimesteps()}
   * @throws IllegalArgumentException if the number of steps is outside that range
   */
  public Schedule schedule(SolverSettings settings, int steps) {
    return schedule(settings, steps, 0);
  }

  /**
   * The schedule of this solver from a later step on, for image to image. The solver has no
   * predictions of the steps before.
   *
   * @param settings the checkpoint's settings
   * @param steps of the whole schedule, 1 to {@link SolverSettings#numTrainTimesteps()}
   * @param first the first step that runs, 0 to {@code steps - 1}
   * @throws IllegalArgumentException if the number of steps is outside that range
   */
  public Schedule schedule(SolverSettings settings, int steps, int first) {
    if (steps < 1 || steps > settings.numTrainTimesteps()) {
      throw new IllegalArgumentException(
          "%s steps: %s takes 1 to %s".formatted(steps, label, settings.numTrainTimesteps()));
    }
    return switch (this) {
      case FLOW_DPM -> FlowDpmSolver.schedule(settings, steps, first);
      case FLOW_EULER -> FlowEulerSolver.schedule(settings, steps, first);
      case SCM -> ScmSolver.schedule(settings, steps, first);
    };
  }

  /**
   * The solver with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static SolverKind of(String label) {
    for (SolverKind kind : values()) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "unknown solver \"%s\"; known: %s"
            .formatted(
                label,
                Arrays.stream(values()).map(SolverKind::label).collect(Collectors.joining(", "))));
  }
}
