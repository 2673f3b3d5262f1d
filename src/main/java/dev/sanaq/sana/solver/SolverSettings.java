package dev.sanaq.sana.solver;

/**
 * The settings of a checkpoint's scheduler; each solver reads its own.
 *
 * <p>The scheduler file's {@code lower_order_final} and {@code euler_at_final} are ignored: with a
 * final sigma of zero the last step is always of first order, and they affect the step before it
 * only at order 3.
 *
 * @param flowShift shift of the sigmas towards noise, above 0: 3 at 1024 pixels, 6 at 4096
 * @param numTrainTimesteps the network's timestep at sigma 1, at least 2; also the maximum number
 *     of steps
 * @param solverOrder of Flow-DPM-Solver++: 1 or 2
 * @param sigmaData SCM: standard deviation of the data, above 0
 * @param maxTimestep SCM: the first time, above 0, at most a little more than pi / 2
 * @param intermediateTimestep SCM: the second time of a two-step schedule, between 0 and {@code
 *     maxTimestep}
 */
public record SolverSettings(
    double flowShift,
    int numTrainTimesteps,
    int solverOrder,
    double sigmaData,
    double maxTimestep,
    double intermediateTimestep) {

  /** The settings of the 512 to 2048 pixel checkpoints and of Sprint. */
  public static final SolverSettings PUBLISHED =
      new SolverSettings(3.0, 1000, 2, 0.5, 1.57080, 1.3);

  /** The largest SCM time: the published 1.57080 is a little above pi / 2. */
  private static final double MAX_TIME = 1.571;

  public SolverSettings {
    require(flowShift > 0 && Double.isFinite(flowShift), "flow shift", flowShift, "above 0");
    require(
        numTrainTimesteps >= 2 && numTrainTimesteps <= 1_000_000,
        "training timesteps",
        numTrainTimesteps,
        "2 to 1000000");
    require(solverOrder == 1 || solverOrder == 2, "solver order", solverOrder, "1 or 2");
    require(sigmaData > 0 && Double.isFinite(sigmaData), "sigma_data", sigmaData, "above 0");
    require(
        maxTimestep > 0 && maxTimestep <= MAX_TIME,
        "largest timestep",
        maxTimestep,
        "above 0, at most " + MAX_TIME);
    require(
        intermediateTimestep > 0 && intermediateTimestep < maxTimestep,
        "intermediate timestep",
        intermediateTimestep,
        "between 0 and " + maxTimestep);
  }

  /** A copy with another flow shift. */
  public SolverSettings withFlowShift(double other) {
    return new SolverSettings(
        other, numTrainTimesteps, solverOrder, sigmaData, maxTimestep, intermediateTimestep);
  }

  /** A copy with another order of Flow-DPM-Solver++. */
  public SolverSettings withSolverOrder(int other) {
    return new SolverSettings(
        flowShift, numTrainTimesteps, other, sigmaData, maxTimestep, intermediateTimestep);
  }

  /** A copy with another number of training timesteps. */
  public SolverSettings withNumTrainTimesteps(int other) {
    return new SolverSettings(
        flowShift, other, solverOrder, sigmaData, maxTimestep, intermediateTimestep);
  }

  /** A copy with another standard deviation of the data. */
  public SolverSettings withSigmaData(double other) {
    return new SolverSettings(
        flowShift, numTrainTimesteps, solverOrder, other, maxTimestep, intermediateTimestep);
  }

  private static void require(boolean holds, String what, Number value, String range) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s: must be %s".formatted(what, value, range));
    }
  }
}
