package dev.sanaq.faults.process;

import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of the suite's workers: small images, and timeouts that are shorter than in
 * production, so that a run takes minutes instead of hours.
 */
public final class WorkerSettings {
  private WorkerSettings() {}

  /** Returns the settings of any worker of a cluster. */
  public static Map<String, String> of(Cluster cluster) {
    Map<String, String> config = new TreeMap<>(cluster.config());
    config.put("sanaq.events.transaction-timeout", "PT10S");
    config.put("sanaq.worker.retry-backoff", "PT0.5S");
    config.put("sanaq.worker.shutdown-timeout", "PT30S");
    config.put("sanaq.storage.attempt-timeout", "PT5S");
    config.put("sanaq.limits.max-side", "64");
    config.put("sanaq.limits.max-count", "4");
    return config;
  }
}
