package dev.sanaq.worker;

import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.kubernetes.PodDeletionCost;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.worker.consume.WorkerChannels;
import dev.sanaq.worker.safety.PromptCheck;
import dev.sanaq.worker.safety.ShieldGemmaCheck;
import io.micrometer.core.instrument.Gauge;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * The worker of this process: loads the model, starts the {@link WorkerRuntime}, and stops it when
 * the process stops. Does nothing before {@link #start}.
 */
@ApplicationScoped
public class WorkerService {
  private static final Logger LOG = Logger.getLogger(WorkerService.class);

  private final WorkerSettings settings;
  private final WorkerTelemetry telemetry;
  private final WorkerChannels channels;
  private final ModelLoader modelLoader;
  private final KubernetesConfig kubernetesConfig;
  private final AtomicReference<Running> running = new AtomicReference<>();
  private final AtomicReference<Optional<PodDeletionCost>> deletionCost =
      new AtomicReference<>(Optional.empty());

  private volatile boolean loading;

  private record Models(ImageGenerator generator, Optional<ShieldGemmaCheck> promptCheck) {
    void close() {
      generator.close();
      promptCheck.ifPresent(ShieldGemmaCheck::close);
    }
  }

  private record Running(WorkerRuntime runtime, Models models) {}

  WorkerService(
      WorkerSettings settings,
      WorkerTelemetry telemetry,
      WorkerChannels channels,
      ModelLoader modelLoader,
      KubernetesConfig kubernetesConfig) {
    this.settings = settings;
    this.telemetry = telemetry;
    this.channels = channels;
    this.modelLoader = modelLoader;
    this.kubernetesConfig = kubernetesConfig;
  }

  /**
   * Checks the settings of the model and of signed provenance before anything is started.
   *
   * @throws IllegalArgumentException if no model is configured, its folder is missing, or images
   *     cannot be signed
   */
  public void check() {
    settings.c2pa().credentials(Clock.systemUTC());
    modelLoader.check();
  }

  /**
   * Loads the model, warms it up and starts the worker; blocks until it is ready. Call it once.
   *
   * @param exit ends the process at once with a code, even while the engine computes
   * @throws IllegalArgumentException if images cannot be signed, before the model is loaded
   */
  public void start(IntConsumer exit) {
    settings.c2pa().credentials(Clock.systemUTC());
    Instant processStart = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    Models models = load();
    ImageGenerator generator = models.generator();
    WorkerRuntime runtime =
        WorkerRuntime.start(
            settings,
            generator,
            models.promptCheck().map(PromptCheck.class::cast),
            Clock.systemUTC(),
            telemetry,
            channels,
            exit,
            UnaryOperator.identity());
    running.set(new Running(runtime, models));
    deletionCost.set(PodDeletionCost.start(kubernetesConfig, runtime::isBusy));
    double startupSeconds = Duration.between(processStart, Instant.now()).toMillis() / 1e3;
    Gauge.builder("sanaq.worker.startup.seconds", () -> startupSeconds)
        .description("Time from the start of the process to readiness: download, load, warm-up")
        .register(telemetry.meters());
    LOG.infof(
        "%s: %s on %s in %s",
        runtime.notReadyReason().map(reason -> "not ready yet: " + reason).orElse("ready"),
        generator.model().name(),
        generator.model().device(),
        generator.model().precision());
  }

  private Models load() {
    loading = true;
    try {
      Optional<ShieldGemmaCheck> promptCheck = modelLoader.loadPromptCheck();
      return new Models(modelLoader.load(), promptCheck);
    } finally {
      loading = false;
    }
  }

  /** Whether {@link #start} downloads, loads or warms up the model: the worker has no job yet. */
  public boolean isLoading() {
    return loading;
  }

  /**
   * Runs an action once the worker has been idle for the configured time; does nothing if none is
   * configured. Call it after {@link #start}.
   */
  public void onIdle(Runnable action) {
    settings
        .worker()
        .idleTimeout()
        .ifPresent(
            timeout ->
                IdleShutdown.start(
                    () -> isBusy() || notReadyReason().isPresent(), timeout, action));
  }

  private boolean isBusy() {
    Running current = running.get();
    return current != null && current.runtime().isBusy();
  }

  /** Whether {@link #start} should be called at all. */
  public boolean isEnabled() {
    return settings.worker().enabled();
  }

  /** Why the worker takes no jobs, for readiness; empty while it does. */
  public Optional<String> notReadyReason() {
    Running current = running.get();
    return current == null
        ? Optional.of("the model is not loaded")
        : current.runtime().notReadyReason();
  }

  /** Whether the running worker is healthy; true also before the start and after the stop. */
  public boolean isHealthy() {
    Running current = running.get();
    return current == null || current.runtime().isHealthy();
  }

  /** Drains the worker, then closes the model; does nothing if no worker runs. */
  public void stop() {
    deletionCost.getAndSet(Optional.empty()).ifPresent(PodDeletionCost::close);
    Running last = running.getAndSet(null);
    if (last != null && last.runtime().drain(settings.worker().shutdownTimeout())) {
      last.models().close();
    }
  }

  void onShutdown(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
