package dev.sanaq.worker;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.safety.PromptCheck;
import dev.sanaq.worker.safety.ShieldGemmaCheck;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts real workers for a test class, on {@link TestServices}, with a client that sends requests
 * and reads events. Register it as a static field with {@code @RegisterExtension}; after the last
 * test it drains the workers that still run.
 */
public final class WorkerHarness implements BeforeAllCallback, AfterAllCallback {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  private final TestServices services = new TestServices();
  private final List<WorkerRuntime> workers = new CopyOnWriteArrayList<>();
  private final List<ShieldGemmaCheck> promptChecks = new CopyOnWriteArrayList<>();
  private final List<Integer> exitCodes = new CopyOnWriteArrayList<>();
  private volatile @Nullable KafkaS3Client client;

  @Override
  public void beforeAll(ExtensionContext context) {
    services.beforeAll(context);
    client = new KafkaS3Client(services.config());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    drainAll(SHUTDOWN_TIMEOUT);
    client().close();
    services.afterAll(context);
  }

  public TestServices services() {
    return services;
  }

  public KafkaS3Client client() {
    return Objects.requireNonNull(client, "before the first test");
  }

  /** Starts a worker without telemetry. */
  public WorkerRuntime startWorker(ImageGenerator generator, Map<String, String> overrides) {
    return startWorker(
        generator, settings(overrides), TestSettings.noTelemetry(), UnaryOperator.identity());
  }

  /**
   * Starts a worker.
   *
   * @param producers wraps the producer of events, to make it fail
   */
  public WorkerRuntime startWorker(
      ImageGenerator generator,
      WorkerSettings settings,
      WorkerTelemetry telemetry,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    Optional<ShieldGemmaCheck> promptCheck =
        ShieldGemmaCheck.load(settings.safety(), "cpu", "fp32", false);
    promptCheck.ifPresent(promptChecks::add);
    WorkerRuntime worker =
        WorkerRuntime.start(
            settings,
            generator,
            promptCheck.map(PromptCheck.class::cast),
            Clock.systemUTC(),
            telemetry,
            PlainWorkerChannels.of(settings),
            exitCodes::add,
            producers);
    workers.add(worker);
    return worker;
  }

  /** The codes with which workers wanted to end the process. */
  public List<Integer> exitCodes() {
    return List.copyOf(exitCodes);
  }

  /** The configuration of a worker on the class's topics, with changes. */
  public WorkerSettings settings(Map<String, String> overrides) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.putAll(overrides);
    return TestSettings.of(config);
  }

  /** Stops every worker, so that it takes no job of the next test. */
  public void drainAll(Duration timeout) {
    workers.forEach(worker -> worker.drain(timeout));
    workers.clear();
    promptChecks.forEach(ShieldGemmaCheck::close);
    promptChecks.clear();
  }
}
