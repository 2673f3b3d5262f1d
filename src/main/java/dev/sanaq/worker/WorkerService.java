package dev.sanaq.worker;

import dev.sanaq.event.EventConfig;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.intake.LimitsConfig;
import dev.sanaq.kubernetes.DeletionCost;
import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.sana.Painter;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.weights.WeightsAddress;
import dev.sanaq.weights.WeightsFetch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The worker of this program: the model loaded and warmed, then the loop, until the program is told
 * to stop. Loads nothing and asks nobody before {@link #start}.
 */
@ApplicationScoped
public class WorkerService {
  private static final Logger LOG = Logger.getLogger(WorkerService.class);

  private final ModelConfig model;
  private final WorkerProcess.Settings settings;
  private final PainterLoader loader;
  private final WorkerProcess.Telemetry telemetry;
  private final AtomicReference<Running> running = new AtomicReference<>();
  private final AtomicReference<Optional<DeletionCost>> deletionCost =
      new AtomicReference<>(Optional.empty());
  private final KubernetesConfig pod;

  private record Running(WorkerProcess process, Painter painter) {}

  WorkerService(
      ModelConfig model,
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventConfig events,
      UploadConfig uploads,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      KubernetesConfig pod,
      PainterLoader loader,
      MeterRegistry meters,
      OpenTelemetry tracing) {
    this.model = model;
    this.settings =
        new WorkerProcess.Settings(worker, limits, storage, topics, events, uploads, kafka);
    this.pod = pod;
    this.loader = loader;
    this.telemetry = new WorkerProcess.Telemetry(meters, tracing);
  }

  /**
   * Loads the model, warms it and begins to work; returns when the worker is ready. Once a program.
   *
   * @throws IllegalArgumentException where no model is configured
   */
  public void start() {
    Instant begun = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    Path checkpoint =
        model
            .path()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no model: set sanaq.model.path to a checkpoint's folder"));
    model.source().ifPresent(source -> fetch(source, checkpoint));
    Painter painter = loader.load(checkpoint);
    if (model.warmUp()) {
      Models.warmUp(painter);
    }
    WorkerProcess process = WorkerProcess.start(settings, painter, Clock.systemUTC(), telemetry);
    running.set(new Running(process, painter));
    deletionCost.set(DeletionCost.start(pod, process::isBusy));
    double cold = Duration.between(begun, Instant.now()).toMillis() / 1e3;
    Gauge.builder("sanaq.worker.start.seconds", () -> cold)
        .description("From the process's start to its readiness: fetching, loading, warming")
        .register(telemetry.meters());
    LOG.infof(
        "ready: %s on %s in %s",
        painter.model().name(), painter.model().device(), painter.model().precision());
  }

  /**
   * After {@link #start}: does that once there has been nothing to do for as long as configured.
   */
  public void whenIdle(Runnable then) {
    settings
        .worker()
        .stopAfterIdle()
        .ifPresent(
            patience -> IdleWatch.start(() -> isBusy() || trouble().isPresent(), patience, then));
  }

  private boolean isBusy() {
    Running now = running.get();
    return now != null && now.process().isBusy();
  }

  private void fetch(String source, Path checkpoint) {
    try (S3Client s3 = S3.client(settings.storage())) {
      new WeightsFetch(s3, settings.storage().patience())
          .fetch(WeightsAddress.parse(source), checkpoint);
    }
  }

  /** Whether {@link #start} is to be called at all. */
  public boolean isEnabled() {
    return settings.worker().enabled();
  }

  /** What keeps the worker from taking jobs, in words; nothing where nothing does. */
  public Optional<String> trouble() {
    Running now = running.get();
    return now == null ? Optional.of("the model is not loaded") : now.process().trouble();
  }

  /** Whether nothing hangs: true also before the start and after the end. */
  public boolean healthy() {
    Running now = running.get();
    return now == null || now.process().isHealthy();
  }

  /** Ends the current job, publishes it and leaves the group; nothing where nothing runs. */
  public void stop() {
    deletionCost.getAndSet(Optional.empty()).ifPresent(DeletionCost::close);
    Running last = running.getAndSet(null);
    if (last != null && last.process().drain(settings.worker().drainGrace())) {
      last.painter().close();
    }
  }

  void stopWithProgram(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
