package dev.sanaq.playground;

import dev.sanaq.gateway.Api;
import dev.sanaq.gateway.GatewayService;
import dev.sanaq.worker.TestSettings;
import dev.sanaq.worker.WorkerProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** A gateway and a worker with a {@link PacedPainter}, for one test. */
final class Service implements AutoCloseable {
  private final GatewayService gateway;
  private final PacedPainter painter = new PacedPainter();
  private final WorkerProcess worker;

  Service(GatewayService gateway) {
    this.gateway = gateway;
    Map<String, String> config = Api.services();
    config.put("sanaq.events.progress-interval", "PT0.1S");
    config.put("sanaq.worker.id", "worker-1");
    worker =
        WorkerProcess.start(
            TestSettings.of(config), painter, Clock.systemUTC(), TestSettings.noTelemetry());
    gateway.start();
    while (gateway.trouble().isPresent()) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    gateway.stop();
    painter.hurry();
    worker.drain(Duration.ofSeconds(20));
  }
}
