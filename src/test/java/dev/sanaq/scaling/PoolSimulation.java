package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.List;

/** The simulation of equal jobs, for the comparison with a real run. */
public final class PoolSimulation {
  /**
   * The result.
   *
   * @param timeP50 median seconds from a job's due time to its end
   * @param timeP95 the 95th percentile
   * @param maxPods the largest number of workers
   * @param podSeconds the seconds of all workers
   */
  public record Result(double timeP50, double timeP95, int maxPods, double podSeconds) {}

  private PoolSimulation() {}

  /**
   * Runs the simulation.
   *
   * @param due the arrival of each job, in seconds
   * @param work the seconds of each job
   * @param sync seconds between the autoscaler's decisions
   * @param coldStart seconds from the start of a worker to its readiness
   * @param batch the largest number of jobs in a batch
   */
  public static Result simulate(
      List<Double> due,
      double work,
      ScaledObjectSettings settings,
      int sync,
      double coldStart,
      int batch) {
    int seconds = (int) Math.ceil(due.get(due.size() - 1)) + 1;
    Demand demand = Demand.equal("small", due, work, seconds);
    SimulationSettings simulation =
        new SimulationSettings(settings, sync, coldStart, 1, batch, true);
    SimulationResult result = Simulation.run(demand, simulation, 1);
    return new Result(
        result.timeQuantile(0.5), result.timeQuantile(0.95), result.maxPods(), result.podSeconds());
  }
}
