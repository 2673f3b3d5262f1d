package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;

/**
 * The settings of a simulation.
 *
 * @param autoscaler the settings of the autoscaler
 * @param sync seconds between the autoscaler's decisions
 * @param coldStart mean seconds from the decision for a pod to its readiness
 * @param rebalance seconds in which all workers stop after the members of the group change
 * @param batch the largest number of jobs in a batch
 * @param deletionCost whether idle pods are removed first
 */
record SimulationSettings(
    ScaledObjectSettings autoscaler,
    int sync,
    double coldStart,
    int rebalance,
    int batch,
    boolean deletionCost) {
  /** Returns the manifests' settings, with an assumed cold start of two and a half minutes. */
  static SimulationSettings ofManifests() {
    return new SimulationSettings(ScaledObjectSettings.ofManifests(), 15, 150, 3, 8, true);
  }

  SimulationSettings withAutoscaler(ScaledObjectSettings other) {
    return new SimulationSettings(other, sync, coldStart, rebalance, batch, deletionCost);
  }

  SimulationSettings withColdStart(double seconds) {
    return new SimulationSettings(autoscaler, sync, seconds, rebalance, batch, deletionCost);
  }

  SimulationSettings withoutDeletionCost() {
    return new SimulationSettings(autoscaler, sync, coldStart, rebalance, batch, false);
  }
}
