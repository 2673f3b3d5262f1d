package dev.sanaq.checkpoint.config;

import dev.sanaq.sana.solver.SolverKind;

/**
 * The solver that a checkpoint was published with, as {@code scheduler/scheduler_config.json} says.
 * Values that this project's solvers cannot follow are refused when it is read, so what is here is
 * what differs between checkpoints.
 */
public sealed interface SchedulerConfig {
  /** The class's name in diffusers. */
  String className();

  /** This project's solver that does the same. */
  SolverKind solver();

  /** Sigma 1 in the network's timesteps: 1000. */
  int numTrainTimesteps();

  /**
   * Flow-DPM-Solver++: {@code dpmsolver++} on flow sigmas, midpoint, ending at sigma zero.
   *
   * @param numTrainTimesteps sigma 1 in the network's timesteps
   * @param flowShift how far the sigmas lean towards noise, above 0
   * @param solverOrder 1 or 2
   * @param lowerOrderFinal whether short runs end with a step of first order; with a final sigma of
   *     zero they do in any case
   * @param eulerAtFinal whether every run does; with a final sigma of zero they do in any case
   */
  record DpmSolver(
      int numTrainTimesteps,
      double flowShift,
      int solverOrder,
      boolean lowerOrderFinal,
      boolean eulerAtFinal)
      implements SchedulerConfig {
    public static final String CLASS = "DPMSolverMultistepScheduler";

    @Override
    public String className() {
      return CLASS;
    }

    @Override
    public SolverKind solver() {
      return SolverKind.FLOW_DPM;
    }
  }

  /**
   * Euler's method on the flow.
   *
   * @param numTrainTimesteps sigma 1 in the network's timesteps
   * @param shift how far the sigmas lean towards noise, above 0
   */
  record FlowEuler(int numTrainTimesteps, double shift) implements SchedulerConfig {
    public static final String CLASS = "FlowMatchEulerDiscreteScheduler";

    @Override
    public String className() {
      return CLASS;
    }

    @Override
    public SolverKind solver() {
      return SolverKind.FLOW_EULER;
    }
  }

  /**
   * Consistency sampling in TrigFlow's parameters: SANA-Sprint.
   *
   * @param numTrainTimesteps the most steps
   * @param sigmaData standard deviation of the data, above 0
   */
  record Scm(int numTrainTimesteps, double sigmaData) implements SchedulerConfig {
    public static final String CLASS = "SCMScheduler";

    @Override
    public String className() {
      return CLASS;
    }

    @Override
    public SolverKind solver() {
      return SolverKind.SCM;
    }
  }
}
