package dev.sanaq.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The simulation does what is known of pools, with the manifests' numbers. */
class ScalingTest {
  private static final Simulation.Setup SETUP = Simulation.Setup.ofManifests();

  @Test
  void anyDemand_completesAllJobsAndScalesToZero() {
    for (Demand demand : Scenarios.all()) {
      SimulationResult outcome = Simulation.run(demand, SETUP, 7);
      assertThat(outcome.unfinished()).as(demand.name()).isZero();
      assertThat(outcome.times()).hasSize(demand.jobs().size());
      assertThat(outcome.maxPods()).isLessThanOrEqualTo(SETUP.numbers().maxReplicas());
      assertThat(outcome.utilization()).isBetween(0.02, 1.0);
    }
    SimulationResult bursts = Simulation.run(Scenarios.bursts(20, 3), SETUP, 7);
    assertThat(Arrays.stream(bursts.pods()).filter(pods -> pods == 0).count())
        .as("seconds without a worker")
        .isGreaterThan(600);
  }

  @Test
  void firstJob_waitsForOneColdStart() {
    Demand one = Demand.equal("one", java.util.List.of(100.0), 3, 1200);
    SimulationResult outcome = Simulation.run(one, SETUP, 7);
    assertThat(outcome.waitQuantile(1)).isBetween(0.6 * 150, 1.4 * 150 + 30);
    assertThat(outcome.maxPods()).isEqualTo(1);
    assertThat(outcome.starts()).isEqualTo(1);
  }

  @Test
  void sameSeed_givesSameResult() {
    Demand demand = Scenarios.ramp(20);
    assertThat(Simulation.run(demand, SETUP, 7).waits())
        .isEqualTo(Simulation.run(demand, SETUP, 7).waits());
  }

  @Test
  void steadyDemand_poolSizeMatchesLoad() {
    SimulationResult outcome = Simulation.run(Scenarios.steady(10, 7200), SETUP, 7);
    double later =
        IntStream.range(3600, 7200).map(second -> outcome.pods()[second]).average().orElse(0);
    assertThat(later).isBetween(10.0, 22.0);
  }

  @Test
  void fewerPartitionsThanWorkers_increasesWait() {
    ScaledObjectSettings numbers = SETUP.numbers();
    Demand demand = Scenarios.steady(20, 7200);
    SimulationResult many = Simulation.run(demand, SETUP, 7);
    SimulationResult few =
        Simulation.run(demand, SETUP.with(numbers.withSizes(numbers.maxReplicas(), 10)), 7);
    assertThat(few.waitQuantile(0.95)).isGreaterThan(2 * many.waitQuantile(0.95));
  }

  @Test
  void podDeletionCost_terminatesFewerBusyPods() {
    Demand demand = Scenarios.day(20);
    Simulation.Setup blind =
        new Simulation.Setup(
            SETUP.numbers(),
            SETUP.sync(),
            SETUP.coldStart(),
            SETUP.rebalance(),
            SETUP.batch(),
            false);
    assertThat(Simulation.run(demand, SETUP, 7).terminatedWhileBusy())
        .isLessThanOrEqualTo(Simulation.run(demand, blind, 7).terminatedWhileBusy());
  }

  @Test
  void scaleUp_neverExceedsPolicy() {
    SimulationResult outcome = Simulation.run(Scenarios.bursts(60, 1), SETUP, 7);
    int[] pods = outcome.pods();
    for (int second = 31; second < pods.length; second++) {
      int before = pods[second - 31];
      assertThat(pods[second]).isLessThanOrEqualTo(Math.max(2 * before, before + 5));
    }
  }
}
