package dev.sanaq.manifests;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The termination of a pod by Kubernetes, as the manifests define it.
 *
 * @param preStop the delay of SIGTERM, which is part of the grace period
 * @param gracePeriod from the decision to SIGKILL
 */
public record PodTermination(Duration preStop, Duration gracePeriod) {
  /** Returns the values of the worker in {@code k8s/base}. */
  public static PodTermination ofWorker() {
    Map<String, Object> worker =
        Kustomization.render(Path.of("k8s/base")).stream()
            .filter(
                o ->
                    ObjectReference.of(o)
                        .equals(new ObjectReference("apps/v1", "Deployment", "sanaq-worker")))
            .findFirst()
            .orElseThrow();
    Map<String, Object> container = Pods.containers(worker).get(0);
    String sleep = Yaml.string(container, "lifecycle", "preStop", "sleep", "seconds");
    String gracePeriod = Yaml.string(Pods.spec(worker), "terminationGracePeriodSeconds");
    return new PodTermination(
        Duration.ofSeconds(sleep.isEmpty() ? 0 : Long.parseLong(sleep)),
        Duration.ofSeconds(Long.parseLong(gracePeriod)));
  }
}
