package dev.sanaq.checkpoint.config;

import dev.sanaq.sana.solver.SolverKind;

/**
 * A checkpoint's scheduler config, {@code scheduler/scheduler_config.json}, reduced to what differs
 * between supported checkpoints: the reader rejects values that the solvers do not support.
 */
public sealed interface SchedulerConfig {
  /** The class's name in diffusers. */
  String className();

  /** The solver that implements it. */
  SolverKind solver();

  /** The network's timestep at sigma 1: 1000. */
  int numTrainTimesteps();

  /**
   * Flow-DPM-Solver++: {@code dpmsolver++} on flow sigmas, midpoint, ending at sigma zero.
   *
   * @param numTrainTimesteps the network's timestep at sigma 1
   * @param flowShift shift of the sigmas towards noise, above 0
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
   * @param numTrainTimesteps the network's timestep at sigma 1
   * @param shift shift of the sigmas towards noise, above 0
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
