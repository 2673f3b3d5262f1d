package dev.sanaq.playground;

import dev.sanaq.gateway.GatewayRestart;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.WorkerRuntime;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** A gateway and a worker with a {@link PacedImageGenerator}, for one test. */
final class PlaygroundServices implements AutoCloseable {
  private final GatewayLifecycle gateway;
  private final PacedImageGenerator generator = new PacedImageGenerator();
  private final WorkerRuntime worker;

  PlaygroundServices(GatewayLifecycle gateway) {
    this.gateway = gateway;
    Map<String, String> config = GatewayTestClient.serviceConfig();
    config.put("sanaq.events.progress-interval", "PT0.1S");
    config.put("sanaq.worker.id", "worker-1");
    worker =
        WorkerRuntime.start(
            TestSettings.of(config), generator, Clock.systemUTC(), TestSettings.noTelemetry());
    gateway.start();
    while (gateway.notReadyReason().isPresent()) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    GatewayRestart.stop(gateway);
    generator.skipDelays();
    worker.drain(Duration.ofSeconds(20));
  }
}
