package dev.sanaq.faults.process;

import java.util.Map;
import java.util.TreeMap;

/**
 * How the suite's workers are configured beyond where Kafka and S3 are: small images, and the times
 * in which a fault is noticed shorter than an operator would set them, so that minutes show what
 * else would take hours.
 */
public final class WorkerSettings {
  private WorkerSettings() {}

  /** For any worker of the cluster. */
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
