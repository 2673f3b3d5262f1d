package dev.sanaq.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The simulation shows the known behaviour of such pools, with the manifests' settings. */
class ScalingTest {
  private static final SimulationSettings SETTINGS = SimulationSettings.ofManifests();

  @Test
  void anyDemand_completesAllJobsAndScalesToZero() {
    for (Demand demand : Scenarios.all()) {
      SimulationResult result = Simulation.run(demand, SETTINGS, 7);
      assertThat(result.unfinished()).as(demand.name()).isZero();
      assertThat(result.times()).hasSize(demand.jobs().size());
      assertThat(result.maxPods()).isLessThanOrEqualTo(SETTINGS.autoscaler().maxReplicas());
      assertThat(result.utilization()).isBetween(0.02, 1.0);
    }
    SimulationResult bursts = Simulation.run(Scenarios.bursts(20, 3), SETTINGS, 7);
    assertThat(Arrays.stream(bursts.pods()).filter(pods -> pods == 0).count())
        .as("seconds without a worker")
        .isGreaterThan(600);
  }

  /** KEDA ends all workers at once; the steps of the scale-down policy are the autoscaler's. */
  @Test
  void idlePool_goesToZeroAtOnce_afterCooldown() {
    ScaledObjectSettings settings = SETTINGS.autoscaler();
    Autoscaler autoscaler = new Autoscaler(settings, 15);
    int size = settings.maxReplicas();
    int backlog = size * settings.backlogPerWorker();
    assertThat(autoscaler.desiredReplicas(0, size, 1, backlog)).isEqualTo(size);
    for (int now = 1; now < settings.cooldownPeriod(); now++) {
      assertThat(autoscaler.desiredReplicas(now, size, 0, 0)).isPositive();
    }
    assertThat(autoscaler.desiredReplicas(settings.cooldownPeriod(), size, 0, 0)).isZero();
  }

  @Test
  void firstJob_waitsForOneColdStart() {
    Demand one = Demand.equal("one", java.util.List.of(100.0), 3, 1200);
    SimulationResult result = Simulation.run(one, SETTINGS, 7);
    assertThat(result.waitQuantile(1)).isBetween(0.6 * 150, 1.4 * 150 + 30);
    assertThat(result.maxPods()).isEqualTo(1);
    assertThat(result.starts()).isEqualTo(1);
  }

  @Test
  void sameSeed_givesSameResult() {
    Demand demand = Scenarios.ramp(20);
    assertThat(Simulation.run(demand, SETTINGS, 7).waits())
        .isEqualTo(Simulation.run(demand, SETTINGS, 7).waits());
  }

  @Test
  void steadyDemand_poolSizeMatchesLoad() {
    SimulationResult result = Simulation.run(Scenarios.steady(10, 7200), SETTINGS, 7);
    double later =
        IntStream.range(3600, 7200).map(second -> result.pods()[second]).average().orElse(0);
    assertThat(later).isBetween(10.0, 22.0);
  }

  @Test
  void fewerPartitionsThanWorkers_increasesWait() {
    ScaledObjectSettings settings = SETTINGS.autoscaler();
    Demand demand = Scenarios.steady(20, 7200);
    SimulationResult many = Simulation.run(demand, SETTINGS, 7);
    SimulationResult few =
        Simulation.run(
            demand, SETTINGS.withAutoscaler(settings.withSizes(settings.maxReplicas(), 10)), 7);
    assertThat(few.waitQuantile(0.95)).isGreaterThan(2 * many.waitQuantile(0.95));
  }

  @Test
  void podDeletionCost_terminatesFewerBusyPods() {
    Demand demand = Scenarios.day(20);
    SimulationSettings anyPod = SETTINGS.withoutDeletionCost();
    assertThat(Simulation.run(demand, SETTINGS, 7).terminatedWhileBusy())
        .isLessThanOrEqualTo(Simulation.run(demand, anyPod, 7).terminatedWhileBusy());
  }

  @Test
  void scaleUp_neverExceedsPolicy() {
    SimulationResult result = Simulation.run(Scenarios.bursts(60, 1), SETTINGS, 7);
    int[] pods = result.pods();
    for (int second = 31; second < pods.length; second++) {
      int before = pods[second - 31];
      assertThat(pods[second]).isLessThanOrEqualTo(Math.max(2 * before, before + 5));
    }
  }
}
