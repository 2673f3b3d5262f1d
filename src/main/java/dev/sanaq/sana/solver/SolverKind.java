package dev.sanaq.sana.solver;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The solvers that a request can name. */
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
   * The solver of that name.
   *
   * @throws IllegalArgumentException naming the known ones
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
