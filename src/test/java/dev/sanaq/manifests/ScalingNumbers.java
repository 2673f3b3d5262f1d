package dev.sanaq.manifests;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the ScaledObject says, in seconds, workers and requests.
 *
 * @param lagPerWorker requests, of Kafka's trigger
 * @param backlogPerWorker seconds of work, of the gateway's
 * @param poll how often it looks
 * @param cooldown with nothing to do before the last worker goes
 * @param most workers
 * @param upPercent of the workers, may be added a period
 * @param upWorkers the same in workers; the larger of both counts
 * @param upPeriod the period
 * @param downWindow the largest wish of this time counts
 * @param downPercent of the workers may go a period
 * @param downPeriod the period
 * @param partitions of the requests' topic
 */
public record ScalingNumbers(
    int lagPerWorker,
    int backlogPerWorker,
    int poll,
    int cooldown,
    int most,
    int upPercent,
    int upWorkers,
    int upPeriod,
    int downWindow,
    int downPercent,
    int downPeriod,
    int partitions) {
  /** Of {@code k8s/overlays/cloud}. */
  public static ScalingNumbers ofManifests() {
    List<Map<String, Object>> objects = Kustomization.render(Path.of("k8s/overlays/cloud"));
    Map<String, Object> spec = spec(objects, "ScaledObject", "sanaq-worker");
    List<Map<String, Object>> triggers = Yaml.maps(spec, "triggers");
    Map<String, Object> behavior =
        Yaml.map(spec, "advanced", "horizontalPodAutoscalerConfig", "behavior");
    List<Map<String, Object>> up = Yaml.maps(Yaml.map(behavior, "scaleUp"), "policies");
    Map<String, Object> down = Yaml.maps(Yaml.map(behavior, "scaleDown"), "policies").get(0);
    return new ScalingNumbers(
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
  public ScalingNumbers thresholds(int lag, int backlog) {
    return new ScalingNumbers(
        lag,
        backlog,
        poll,
        cooldown,
        most,
        upPercent,
        upWorkers,
        upPeriod,
        downWindow,
        downPercent,
        downPeriod,
        partitions);
  }

  /** With another window of stabilisation and another cooldown. */
  public ScalingNumbers windows(int down, int last) {
    return new ScalingNumbers(
        lagPerWorker,
        backlogPerWorker,
        poll,
        last,
        most,
        upPercent,
        upWorkers,
        upPeriod,
        down,
        downPercent,
        downPeriod,
        partitions);
  }

  /** With other sizes. */
  public ScalingNumbers sizes(int workers, int parts) {
    return new ScalingNumbers(
        lagPerWorker,
        backlogPerWorker,
        poll,
        cooldown,
        workers,
        upPercent,
        upWorkers,
        upPeriod,
        downWindow,
        downPercent,
        downPeriod,
        parts);
  }

  private static Map<String, Object> spec(
      List<Map<String, Object>> objects, String kind, String name) {
    return objects.stream()
        .filter(o -> Target.of(o).kind().equals(kind) && Target.of(o).name().equals(name))
        .map(o -> Yaml.map(o, "spec"))
        .findFirst()
        .orElseThrow();
  }

  private static int number(Map<String, Object> of, String... path) {
    return Integer.parseInt(Yaml.word(of, path));
  }
}
