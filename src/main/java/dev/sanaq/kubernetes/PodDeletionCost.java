package dev.sanaq.kubernetes;

import dev.sanaq.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Keeps the annotation {@code controller.kubernetes.io/pod-deletion-cost} of the own pod up to
 * date: a Deployment that scales down removes idle pods first. It is only a hint, so a failure is
 * logged once and has no other effect. Close it when the worker stops.
 */
public final class PodDeletionCost implements AutoCloseable {
  /** The annotation's name. */
  static final String ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";

  private static final Logger LOG = Logger.getLogger(PodDeletionCost.class);
  // Spares the API server; a batch takes longer than this.
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(10);
  private static final String BUSY_COST = "100";
  private static final String IDLE_COST = "0";

  private final KubernetesApiClient api;
  private final String path;
  private final BooleanSupplier busy;
  private final Duration interval;
  private final Thread thread = new Thread(this::reportLoop, "sanaq-deletion-cost");
  private String lastReported = "";
  private boolean failureLogged;

  private PodDeletionCost(
      KubernetesApiClient api, String path, BooleanSupplier busy, Duration interval) {
    this.api = api;
    this.path = path;
    this.busy = busy;
    this.interval = interval;
    thread.setDaemon(true);
  }

  /**
   * Starts to report; empty if no pod is configured or the process runs in no cluster.
   *
   * @param config names the pod
   * @param busy whether the worker has jobs
   */
  public static Optional<PodDeletionCost> start(KubernetesConfig config, BooleanSupplier busy) {
    return start(
        config, busy, System.getenv(), KubernetesApiClient.SERVICE_ACCOUNT_DIR, REPORT_INTERVAL);
  }

  /** The same with a test's environment and service account. */
  static Optional<PodDeletionCost> start(
      KubernetesConfig config,
      BooleanSupplier busy,
      Map<String, String> environment,
      Path account,
      Duration interval) {
    if (config.pod().isEmpty()) {
      return Optional.empty();
    }
    String path = "/api/v1/namespaces/%s/pods/%s".formatted(config.namespace(), config.pod().get());
    try {
      Optional<PodDeletionCost> cost =
          KubernetesApiClient.inCluster(environment, account)
              .map(api -> new PodDeletionCost(api, path, busy, interval));
      cost.ifPresent(started -> started.thread.start());
      return cost;
    } catch (IOException | GeneralSecurityException e) {
      LOG.warnf("cannot set the pod's deletion cost: %s", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void reportLoop() {
    try {
      while (!Thread.interrupted()) {
        report(busy.getAsBoolean() ? BUSY_COST : IDLE_COST);
        Thread.sleep(interval.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(String cost) throws InterruptedException {
    if (cost.equals(lastReported)) {
      return;
    }
    try {
      Map<String, Object> annotations = Map.of(ANNOTATION, cost);
      api.patch(path, Json.write(Map.of("metadata", Map.of("annotations", annotations))));
      lastReported = cost;
      failureLogged = false;
    } catch (IOException | RuntimeException e) {
      if (!failureLogged) {
        LOG.warnf(
            "cannot set the pod's deletion cost: %s; does its role allow to patch pods?",
            e.getMessage());
      }
      failureLogged = true;
    }
  }
}
