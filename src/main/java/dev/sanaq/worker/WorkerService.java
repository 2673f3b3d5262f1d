package dev.sanaq.worker;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.kubernetes.PodDeletionCost;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.model.ModelDownloader;
import dev.sanaq.storage.model.ModelUri;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.run.ImageGeneratorFactory;
import dev.sanaq.worker.run.ModelConfig;
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

  private final ModelConfig modelConfig;
  private final WorkerRuntime.Settings settings;
  private final ImageGeneratorFactory generatorFactory;
  private final WorkerRuntime.Telemetry telemetry;
  private final AtomicReference<Running> running = new AtomicReference<>();
  private final AtomicReference<Optional<PodDeletionCost>> deletionCost =
      new AtomicReference<>(Optional.empty());
  private final KubernetesConfig kubernetesConfig;

  private record Running(WorkerRuntime runtime, ImageGenerator generator) {}

  WorkerService(
      ModelConfig model,
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventsConfig events,
      UploadConfig uploads,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      KubernetesConfig pod,
      ImageGeneratorFactory loader,
      MeterRegistry meters,
      OpenTelemetry tracing) {
    this.modelConfig = model;
    this.settings =
        new WorkerRuntime.Settings(worker, limits, storage, topics, events, uploads, kafka);
    this.kubernetesConfig = pod;
    this.generatorFactory = loader;
    this.telemetry = new WorkerRuntime.Telemetry(meters, tracing);
  }

  /**
   * Loads the model, warms it and begins to work; returns when the worker is ready. Once a program.
   *
   * @throws IllegalArgumentException where no model is configured
   */
  public void start() {
    Instant begun = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    Path checkpoint =
        modelConfig
            .path()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no model: set sanaq.model.path to a checkpoint's folder"));
    modelConfig.source().ifPresent(source -> downloadModel(source, checkpoint));
    ImageGenerator painter = generatorFactory.load(checkpoint);
    if (modelConfig.warmUp()) {
      ModelAdapter.warmUp(painter);
    }
    WorkerRuntime process = WorkerRuntime.start(settings, painter, Clock.systemUTC(), telemetry);
    running.set(new Running(process, painter));
    deletionCost.set(PodDeletionCost.start(kubernetesConfig, process::isBusy));
    double cold = Duration.between(begun, Instant.now()).toMillis() / 1e3;
    Gauge.builder("sanaq.worker.startup.seconds", () -> cold)
        .description("From the process's start to its readiness: fetching, loading, warming")
        .register(telemetry.meters());
    LOG.infof(
        "ready: %s on %s in %s",
        painter.model().name(), painter.model().device(), painter.model().precision());
  }

  /**
   * After {@link #start}: does that once there has been nothing to do for as long as configured.
   */
  public void onIdle(Runnable then) {
    settings
        .worker()
        .idleTimeout()
        .ifPresent(
            patience ->
                IdleShutdown.start(() -> isBusy() || notReadyReason().isPresent(), patience, then));
  }

  private boolean isBusy() {
    Running now = running.get();
    return now != null && now.runtime().isBusy();
  }

  private void downloadModel(String source, Path checkpoint) {
    try (S3Client s3 = S3ClientFactory.client(settings.storage())) {
      new ModelDownloader(s3, settings.storage().retryTimeout())
          .pull(ModelUri.parse(source), checkpoint);
    }
  }

  /** Whether {@link #start} is to be called at all. */
  public boolean isEnabled() {
    return settings.worker().enabled();
  }

  /** What keeps the worker from taking jobs, in words; nothing where nothing does. */
  public Optional<String> notReadyReason() {
    Running now = running.get();
    return now == null ? Optional.of("the model is not loaded") : now.runtime().notReadyReason();
  }

  /** Whether nothing hangs: true also before the start and after the end. */
  public boolean isHealthy() {
    Running now = running.get();
    return now == null || now.runtime().isHealthy();
  }

  /** Ends the current job, publishes it and leaves the group; nothing where nothing runs. */
  public void stop() {
    deletionCost.getAndSet(Optional.empty()).ifPresent(PodDeletionCost::close);
    Running last = running.getAndSet(null);
    if (last != null && last.runtime().drain(settings.worker().shutdownTimeout())) {
      last.generator().close();
    }
  }

  void onShutdown(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
