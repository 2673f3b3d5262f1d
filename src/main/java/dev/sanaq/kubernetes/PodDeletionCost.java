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
 * Says on this program's pod what its end would cost, {@code
 * controller.kubernetes.io/pod-deletion-cost}: where a Deployment shrinks, pods that draw nothing
 * go first. A hint only, so a cluster that refuses it is told of once and nothing else happens.
 * Close it in the end.
 */
public final class PodDeletionCost implements AutoCloseable {
  /** The annotation's name. */
  static final String ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";

  private static final Logger LOG = Logger.getLogger(PodDeletionCost.class);
  private static final String BUSY_COST = "100";
  private static final String IDLE_COST = "0";

  private final KubernetesApiClient api;
  private final String path;
  private final BooleanSupplier busy;
  private final Duration interval;
  private final Thread thread = new Thread(this::reportLoop, "sanaq-deletion-cost");
  private String lastReported = "";
  private boolean refusalLogged;

  private PodDeletionCost(
      KubernetesApiClient api, String path, BooleanSupplier busy, Duration pause) {
    this.api = api;
    this.path = path;
    this.busy = busy;
    this.interval = pause;
    thread.setDaemon(true);
  }

  /**
   * Begins to tell; nothing where no pod is configured or this runs in no cluster.
   *
   * @param config names the pod
   * @param busy whether its end would cost anything now
   */
  public static Optional<PodDeletionCost> start(KubernetesConfig config, BooleanSupplier busy) {
    // The API server is asked not to be told more often: a batch takes longer than this.
    Duration pause = Duration.ofSeconds(10);
    return start(config, busy, System.getenv(), KubernetesApiClient.SERVICE_ACCOUNT_DIR, pause);
  }

  /** The same with an environment and a service account of the test's. */
  static Optional<PodDeletionCost> start(
      KubernetesConfig config,
      BooleanSupplier busy,
      Map<String, String> environment,
      Path account,
      Duration pause) {
    if (config.pod().isEmpty()) {
      return Optional.empty();
    }
    String path = "/api/v1/namespaces/%s/pods/%s".formatted(config.namespace(), config.pod().get());
    try {
      Optional<PodDeletionCost> cost =
          KubernetesApiClient.inCluster(environment, account)
              .map(api -> new PodDeletionCost(api, path, busy, pause));
      cost.ifPresent(started -> started.thread.start());
      return cost;
    } catch (IOException | GeneralSecurityException e) {
      LOG.warnf("the pod's deletion cost is not told: %s", e.getMessage());
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
      refusalLogged = false;
    } catch (IOException e) {
      if (!refusalLogged) {
        LOG.warnf("the pod's deletion cost is not told: %s; may it patch pods?", e.getMessage());
      }
      refusalLogged = true;
    }
  }
}
