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
public final class DeletionCost implements AutoCloseable {
  /** The annotation's name. */
  static final String ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";

  private static final Logger LOG = Logger.getLogger(DeletionCost.class);
  private static final String BUSY = "100";
  private static final String IDLE = "0";

  private final ClusterApi api;
  private final String path;
  private final BooleanSupplier busy;
  private final Duration pause;
  private final Thread thread = new Thread(this::watch, "sanaq-deletion-cost");
  private String told = "";
  private boolean refused;

  private DeletionCost(ClusterApi api, String path, BooleanSupplier busy, Duration pause) {
    this.api = api;
    this.path = path;
    this.busy = busy;
    this.pause = pause;
    thread.setDaemon(true);
  }

  /**
   * Begins to tell; nothing where no pod is configured or this runs in no cluster.
   *
   * @param config names the pod
   * @param busy whether its end would cost anything now
   */
  public static Optional<DeletionCost> start(KubernetesConfig config, BooleanSupplier busy) {
    // The API server is asked not to be told more often: a batch takes longer than this.
    Duration pause = Duration.ofSeconds(10);
    return start(config, busy, System.getenv(), ClusterApi.ACCOUNT, pause);
  }

  /** The same with an environment and a service account of the test's. */
  static Optional<DeletionCost> start(
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
      Optional<DeletionCost> cost =
          ClusterApi.of(environment, account).map(api -> new DeletionCost(api, path, busy, pause));
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

  private void watch() {
    try {
      while (!Thread.interrupted()) {
        tell(busy.getAsBoolean() ? BUSY : IDLE);
        Thread.sleep(pause.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String cost) throws InterruptedException {
    if (cost.equals(told)) {
      return;
    }
    try {
      Map<String, Object> annotations = Map.of(ANNOTATION, cost);
      api.patch(path, Json.write(Map.of("metadata", Map.of("annotations", annotations))));
      told = cost;
      refused = false;
    } catch (IOException e) {
      if (!refused) {
        LOG.warnf("the pod's deletion cost is not told: %s; may it patch pods?", e.getMessage());
      }
      refused = true;
    }
  }
}
