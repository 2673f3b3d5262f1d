package dev.sanaq.playground;

import dev.sanaq.gateway.GatewayRestart;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** A gateway and a worker, for one test. */
final class PlaygroundServices implements AutoCloseable {
  private final GatewayLifecycle gateway;
  private final ImageGenerator generator;
  private final WorkerRuntime worker;

  /** With a {@link PacedImageGenerator}. */
  PlaygroundServices(GatewayLifecycle gateway) {
    this(gateway, new PacedImageGenerator(), Map.of());
  }

  /**
   * @param overrides settings of the worker
   */
  PlaygroundServices(
      GatewayLifecycle gateway, ImageGenerator generator, Map<String, String> overrides) {
    this.gateway = gateway;
    this.generator = generator;
    Map<String, String> config = GatewayTestClient.serviceConfig();
    config.put("sanaq.events.progress-interval", "PT0.1S");
    config.put("sanaq.worker.id", "worker-1");
    config.putAll(overrides);
    WorkerSettings settings = TestSettings.of(config);
    worker =
        WorkerRuntime.start(
            settings,
            generator,
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings));
    GatewayRestart.start(gateway);
    while (gateway.notReadyReason().isPresent()) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    GatewayRestart.stop(gateway);
    if (generator instanceof PacedImageGenerator paced) {
      paced.skipDelays();
    }
    worker.drain(Duration.ofSeconds(20));
  }
}
