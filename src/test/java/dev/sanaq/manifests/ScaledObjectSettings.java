package dev.sanaq.manifests;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The settings of the ScaledObject. Times are in seconds.
 *
 * @param lagPerWorker threshold of the Kafka trigger, in requests
 * @param backlogPerWorker threshold of the gateway's trigger, in seconds of work
 * @param pollingInterval time between two reads of the triggers
 * @param cooldownPeriod idle time before the last worker is removed
 * @param maxReplicas the maximum number of workers
 * @param scaleUpPercent the growth that is permitted in a period, in percent
 * @param scaleUpPods the same in workers; the larger of both counts
 * @param scaleUpPeriod the period of both
 * @param stabilizationWindow the largest recommendation within this time counts for scaling down
 * @param scaleDownPercent the reduction that is permitted in a period, in percent
 * @param scaleDownPeriod the period
 * @param partitions the partitions of the topic of requests
 */
public record ScaledObjectSettings(
    int lagPerWorker,
    int backlogPerWorker,
    int pollingInterval,
    int cooldownPeriod,
    int maxReplicas,
    int scaleUpPercent,
    int scaleUpPods,
    int scaleUpPeriod,
    int stabilizationWindow,
    int scaleDownPercent,
    int scaleDownPeriod,
    int partitions) {
  /** Returns the settings of {@code k8s/overlays/cloud}. */
  public static ScaledObjectSettings ofManifests() {
    List<Map<String, Object>> objects = Kustomization.render(Path.of("k8s/overlays/cloud"));
    Map<String, Object> spec = spec(objects, "ScaledObject", "sanaq-worker");
    List<Map<String, Object>> triggers = Yaml.maps(spec, "triggers");
    Map<String, Object> behavior =
        Yaml.map(spec, "advanced", "horizontalPodAutoscalerConfig", "behavior");
    List<Map<String, Object>> up = Yaml.maps(Yaml.map(behavior, "scaleUp"), "policies");
    Map<String, Object> down = Yaml.maps(Yaml.map(behavior, "scaleDown"), "policies").get(0);
    return new ScaledObjectSettings(
        number(triggers.get(0), "metadata", "lagThreshold"),
        number(triggers.get(1), "metadata", "targetValue"),
        number(spec, "pollingInterval"),
        number(spec, "cooldownPeriod"),
        number(spec, "maxReplicaCount"),
        number(up.get(0), "value"),
        number(up.get(1), "value"),
        number(up.get(0), "periodSeconds"),
        number(behavior, "scaleDown", "stabilizationWindowSeconds"),
        number(down, "value"),
        number(down, "periodSeconds"),
        number(spec(objects, "KafkaTopic", "sanaq.requests"), "partitions"));
  }

  /** Returns a copy with other thresholds. */
  public ScaledObjectSettings withThresholds(int lag, int backlog) {
    return new ScaledObjectSettings(
        lag,
        backlog,
        pollingInterval,
        cooldownPeriod,
        maxReplicas,
        scaleUpPercent,
        scaleUpPods,
        scaleUpPeriod,
        stabilizationWindow,
        scaleDownPercent,
        scaleDownPeriod,
        partitions);
  }

  /** Returns a copy with another stabilisation window and cooldown. */
  public ScaledObjectSettings withWindows(int stabilization, int cooldown) {
    return new ScaledObjectSettings(
        lagPerWorker,
        backlogPerWorker,
        pollingInterval,
        cooldown,
        maxReplicas,
        scaleUpPercent,
        scaleUpPods,
        scaleUpPeriod,
        stabilization,
        scaleDownPercent,
        scaleDownPeriod,
        partitions);
  }

  /** Returns a copy with another maximum of workers and number of partitions. */
  public ScaledObjectSettings withSizes(int workers, int partitionCount) {
    return new ScaledObjectSettings(
        lagPerWorker,
        backlogPerWorker,
        pollingInterval,
        cooldownPeriod,
        workers,
        scaleUpPercent,
        scaleUpPods,
        scaleUpPeriod,
        stabilizationWindow,
        scaleDownPercent,
        scaleDownPeriod,
        partitionCount);
  }

  private static Map<String, Object> spec(
      List<Map<String, Object>> objects, String kind, String name) {
    return objects.stream()
        .filter(
            o ->
                ObjectReference.of(o).kind().equals(kind)
                    && ObjectReference.of(o).name().equals(name))
        .map(o -> Yaml.map(o, "spec"))
        .findFirst()
        .orElseThrow();
  }

  private static int number(Map<String, Object> of, String... path) {
    return Integer.parseInt(Yaml.string(of, path));
  }
}
