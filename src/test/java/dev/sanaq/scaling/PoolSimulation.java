package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.List;

/** The simulation of equal jobs, to be compared with a real run. */
public final class PoolSimulation {
  /**
   * What it says.
   *
   * @param timeP50 seconds from a job's due time to its end, the median
   * @param timeP95 the same that 95 of a hundred keep
   * @param maxPods workers at a time
   * @param podSeconds of all workers
   */
  public record Result(double timeP50, double timeP95, int maxPods, double podSeconds) {}

  private PoolSimulation() {}

  /**
   * Simulates.
   *
   * @param due when each job comes, in seconds
   * @param work seconds of each
   * @param sync seconds between the autoscaler's decisions
   * @param coldStart seconds
   * @param batch jobs drawn together
   */
  public static Result simulate(
      List<Double> due,
      double work,
      ScaledObjectSettings numbers,
      int sync,
      double coldStart,
      int batch) {
    int seconds = (int) Math.ceil(due.get(due.size() - 1)) + 1;
    Demand demand = Demand.equal("small", due, work, seconds);
    Simulation.Setup setup = new Simulation.Setup(numbers, sync, coldStart, 1, batch, true);
    SimulationResult outcome = Simulation.run(demand, setup, 1);
    return new Result(
        outcome.timeQuantile(0.5),
        outcome.timeQuantile(0.95),
        outcome.maxPods(),
        outcome.podSeconds());
  }
}
