package dev.sanaq.manifests;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the ScaledObject says, in seconds, workers and requests.
 *
 * @param lagPerWorker requests, of Kafka's trigger
 * @param backlogPerWorker seconds of work, of the gateway's
 * @param pollingInterval how often it looks
 * @param cooldownPeriod with nothing to do before the last worker goes
 * @param maxReplicas workers
 * @param scaleUpPercent of the workers, may be added a period
 * @param scaleUpPods the same in workers; the larger of both counts
 * @param scaleUpPeriod the period
 * @param stabilizationWindow the largest wish of this time counts
 * @param scaleDownPercent of the workers may go a period
 * @param scaleDownPeriod the period
 * @param partitions of the requests' topic
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
  /** Of {@code k8s/overlays/cloud}. */
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

  /** With other thresholds. */
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

  /** With another window of stabilisation and another cooldown. */
  public ScaledObjectSettings withWindows(int down, int last) {
    return new ScaledObjectSettings(
        lagPerWorker,
        backlogPerWorker,
        pollingInterval,
        last,
        maxReplicas,
        scaleUpPercent,
        scaleUpPods,
        scaleUpPeriod,
        down,
        scaleDownPercent,
        scaleDownPeriod,
        partitions);
  }

  /** With other sizes. */
  public ScaledObjectSettings withSizes(int workers, int parts) {
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
        parts);
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
