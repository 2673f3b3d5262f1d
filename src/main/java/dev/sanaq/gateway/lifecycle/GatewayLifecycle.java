package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.ApiKeyAuthenticator;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.kafka.request.RequestChannel;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Starts and stops the gateway. It answers HTTP once it has read what the topics held at the start
 * and could read S3; until then every path answers 503. Without {@link #start} it connects to
 * nothing: its beans are created at their first call.
 */
@ApplicationScoped
public class GatewayLifecycle {
  private static final Logger LOG = Logger.getLogger(GatewayLifecycle.class);

  private final GatewayConfig config;
  private final ApiKeyAuthenticator authenticator;
  private final ModelPools pools;
  private final RequestChannel requestChannel;
  private final StorageCheck storageCheck;
  private final JobViewUpdater viewUpdater;
  private volatile boolean started;

  GatewayLifecycle(
      GatewayConfig config,
      ApiKeyAuthenticator authenticator,
      ModelPools pools,
      RequestChannel requestChannel,
      StorageCheck storageCheck,
      JobViewUpdater viewUpdater) {
    this.config = config;
    this.authenticator = authenticator;
    this.pools = pools;
    this.requestChannel = requestChannel;
    this.storageCheck = storageCheck;
    this.viewUpdater = viewUpdater;
  }

  /**
   * Starts to read the topics and returns immediately; does nothing if the gateway is disabled.
   * Call it once per program.
   *
   * @throws IllegalArgumentException if the API keys are not configured, or a setting is invalid
   */
  public void start() {
    if (!config.enabled()) {
      return;
    }
    LOG.infof("gateway on %s", authenticator.describe());
    // Create the clients now, so that an invalid setting fails the start and not a request.
    storageCheck.start();
    requestChannel.open(pools.topics());
    viewUpdater.start();
    started = true;
  }

  /** Whether {@link #start} starts anything. */
  public boolean isEnabled() {
    return config.enabled();
  }

  /** Why the gateway does not answer yet; empty once it does. */
  public Optional<String> notReadyReason() {
    if (!started) {
      return Optional.of("not started");
    }
    return viewUpdater.notCaughtUpReason().or(storageCheck::notReadyReason);
  }

  /** Why only a restart of the process helps, for liveness; empty while none is needed. */
  public Optional<String> failureReason() {
    return started
        ? viewUpdater.failureReason().or(requestChannel::failureReason)
        : Optional.empty();
  }

  /** Stops to answer; the channels end with the program. */
  public void stop() {
    if (started) {
      started = false;
      viewUpdater.stop();
      storageCheck.close();
    }
  }

  void onShutdown(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
