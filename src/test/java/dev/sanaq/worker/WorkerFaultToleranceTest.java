package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is promised whatever dies: a real broker, a real S3, and faults at the worst moments. */
class WorkerFaultToleranceTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  private static LocalServices services;
  private static KafkaS3Client outside;

  private final List<WorkerRuntime> workers = new ArrayList<>();

  /** Each test has jobs of its own; the group goes on from one to the next. */
  private final int test = TESTS.incrementAndGet();

  private final String job = "job-" + test;
  private final String request =
      "{\"id\":\"%s\",\"prompt\":\"a red apple\",\"steps\":3}".formatted(job);

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    outside = new KafkaS3Client(services.config());
  }

  @AfterAll
  static void stop() {
    outside.close();
    services.close();
  }

  /** A test that fails must not leave a worker that takes the others' jobs. */
  @AfterEach
  void drainAll() {
    workers.forEach(worker -> worker.drain(Duration.ZERO));
  }

  @Test
  void failedTransaction_isRetried_jobRunsOnce() {
    GradientImageGenerator painter = new GradientImageGenerator();
    AtomicBoolean failed = new AtomicBoolean();
    WorkerRuntime worker =
        worker(painter, failingOnce(failed, new KafkaException("the broker went away")));
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    assertThat(failed).isTrue();
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.generationCount()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void redeliveredJob_publishesSameEvent_withoutRunning() {
    GradientImageGenerator painter = new GradientImageGenerator();
    AtomicBoolean died = new AtomicBoolean();
    WorkerRuntime dying = worker(painter, failingOnce(died, new StackOverflowError("a crash")));
    outside.send(request);
    await(() -> !dying.isHealthy());
    assertThat(outside.objects("sanaq")).containsKey(job + "/result.json");
    assertThat(terminalEventsOf(job)).isEmpty();

    WorkerRuntime next = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.generationCount()).isEqualTo(1);
    next.drain(SHUTDOWN_TIMEOUT);
    dying.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void drain_finishesCurrentJob_takesNoOther() throws Exception {
    BlockingGenerator painter = new BlockingGenerator();
    WorkerRuntime worker = worker(painter, UnaryOperator.identity());
    outside.send(request);
    outside.send("{\"id\":\"next\",\"prompt\":\"a pear\"}");
    painter.started.await(30, TimeUnit.SECONDS);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> worker.drain(SHUTDOWN_TIMEOUT));
    Thread.sleep(500);
    assertThat(drained).isNotDone();
    painter.mayFinish.countDown();
    assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.generationCount()).isEqualTo(1);

    WorkerRuntime other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent("next/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    other.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void drain_pastTimeout_leavesJobToAnotherWorker() throws Exception {
    BlockingGenerator painter = new BlockingGenerator();
    WorkerRuntime worker = worker(painter, UnaryOperator.identity());
    outside.send(request);
    painter.started.await(30, TimeUnit.SECONDS);
    assertThat(worker.drain(Duration.ofMillis(200))).isTrue();
    assertThat(terminalEventsOf(job)).isEmpty();
    painter.mayFinish.countDown();

    WorkerRuntime other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    other.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void jobLongerThanMaxPollInterval_keepsGroupMembership() throws Exception {
    BlockingGenerator painter = new BlockingGenerator();
    Map<String, Object> impatient =
        Map.of("max.poll.interval.ms", 2000, "session.timeout.ms", 6000);
    WorkerRuntime worker = worker(painter, UnaryOperator.identity(), Map.of(), impatient);
    outside.send(request);
    painter.started.await(30, TimeUnit.SECONDS);
    Thread.sleep(6000);
    painter.mayFinish.countDown();
    outside.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.generationCount()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void stalledInference_isUnhealthy() throws Exception {
    BlockingGenerator painter = new BlockingGenerator();
    painter.silent = true;
    WorkerRuntime worker =
        worker(
            painter,
            UnaryOperator.identity(),
            Map.of("sanaq.worker.stall-timeout", "PT1S"),
            Map.of());
    assertThat(worker.isHealthy()).isTrue();
    outside.send(request);
    painter.started.await(30, TimeUnit.SECONDS);
    await(() -> !worker.isHealthy());
    painter.mayFinish.countDown();
    outside.awaitEvent(job + "/completed");
    assertThat(worker.isHealthy()).isTrue();
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void rebalances_loseNothingAndDuplicateNothing() throws Exception {
    List<String> jobs = IntStream.range(0, 16).mapToObj(i -> job + "-" + i).toList();
    for (int i = 0; i < jobs.size(); i++) {
      outside.sendTo(i % 4, "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(jobs.get(i)));
    }
    WorkerRuntime first = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    outside.awaitEvent(jobs.get(0) + "/completed");
    WorkerRuntime second = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    Thread.sleep(1500);
    first.drain(SHUTDOWN_TIMEOUT);
    WorkerRuntime third = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    jobs.forEach(id -> outside.awaitEvent(id + "/completed"));
    assertThat(terminalEventsOf(job + "-\\d+"))
        .containsExactlyInAnyOrderElementsOf(jobs.stream().map(id -> id + "/completed").toList());
    second.drain(SHUTDOWN_TIMEOUT);
    third.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void generatorException_mapsToErrorCode_nextJobRuns() {
    GradientImageGenerator painter =
        new GradientImageGenerator() {
          @Override
          public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
            return switch (drawing.prompt()) {
              case "large" -> throw new DeviceMemoryException("8 GiB", new IllegalStateException());
              case "bug" -> throw new IllegalStateException("secret");
              default -> super.generate(drawing, progress);
            };
          }
        };
    WorkerRuntime worker = worker(painter, UnaryOperator.identity());
    outside.send("{\"id\":\"large\",\"prompt\":\"large\"}");
    outside.send("{\"id\":\"bug\",\"prompt\":\"bug\",\"metadata\":{\"k\":null}}");
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    assertThat(errorCode("large")).isEqualTo("out_of_memory");
    assertThat(errorCode("bug")).isEqualTo("internal");
    var bug = KafkaS3Client.json(outside.awaitEvent("bug/failed"));
    assertThat(bug.get("error").get("message").asText()).doesNotContain("secret");
    assertThat(bug.get("metadata").has("k")).isTrue();
    assertThat(bug.get("attempts").asInt()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void storageOutage_requeuesJobForOtherWorkers() {
    GradientImageGenerator painter = new GradientImageGenerator();
    WorkerRuntime lost =
        worker(
            painter,
            UnaryOperator.identity(),
            Map.of(
                "sanaq.storage.endpoint",
                "http://127.0.0.1:1",
                "sanaq.storage.retry-timeout",
                "PT1S"),
            Map.of());
    outside.send(request);
    await(
        () ->
            lost.notReadyReason()
                .filter(reason -> reason.contains("S3 is unavailable"))
                .isPresent());
    assertThat(terminalEventsOf(job)).isEmpty();

    WorkerRuntime other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(lost.isHealthy()).isTrue();
    lost.drain(SHUTDOWN_TIMEOUT);
    other.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void missingBucket_failsJobAsRetryable() {
    WorkerRuntime worker =
        worker(
            new GradientImageGenerator(),
            UnaryOperator.identity(),
            Map.of(
                "sanaq.storage.allowed-locations",
                "nowhere/",
                "sanaq.storage.retry-timeout",
                "PT1S"),
            Map.of());
    outside.send(
        "{\"id\":\"%s\",\"prompt\":\"p\",\"output\":{\"bucket\":\"nowhere\"}}".formatted(job));
    var error = KafkaS3Client.json(outside.awaitEvent(job + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("storage_failed");
    assertThat(error.get("retryable").asBoolean()).isTrue();
    assertThat(worker.notReadyReason()).isEmpty();
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void oversizedDeadLetter_isTruncated() {
    WorkerRuntime worker = worker(new GradientImageGenerator(), UnaryOperator.identity());
    // With its own overhead it just fits; with the letter's headers it does not.
    outside.send(new byte[1024 * 1024 - 100]);
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    var letter = outside.awaitDeadLetters(1).get(0);
    assertThat(header(letter, "sanaq-original-bytes")).isEqualTo("" + (1024 * 1024 - 100));
    assertThat(header(letter, "sanaq-reason")).contains("at most");
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  private WorkerRuntime worker(
      GradientImageGenerator painter, UnaryOperator<Producer<byte[], byte[]>> producers) {
    return worker(painter, producers, Map.of(), Map.of());
  }

  private WorkerRuntime worker(
      GradientImageGenerator painter,
      UnaryOperator<Producer<byte[], byte[]>> producers,
      Map<String, String> more,
      Map<String, Object> moreKafka) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.worker.retry-backoff", "PT0.3S");
    config.putAll(more);
    WorkerSettings settings = TestSettings.of(config);
    settings.kafka().putAll(moreKafka);
    WorkerRuntime worker =
        WorkerRuntime.start(
            settings, painter, Clock.systemUTC(), TestSettings.noTelemetry(), producers);
    workers.add(worker);
    return worker;
  }

  /** Terminal events of a job, once no more come. */
  private List<String> terminalEventsOf(String id) {
    return outside.awaitQuiet().stream()
        .map(event -> header(event, "ce_id"))
        .filter(eventId -> eventId.matches(id + "/(completed|failed)"))
        .toList();
  }

  private String errorCode(String id) {
    return KafkaS3Client.json(outside.awaitEvent(id + "/failed")).get("error").get("code").asText();
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it came in time").isLessThan(until);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** A transaction's commit fails once, which no real broker does on demand. */
  @SuppressWarnings("unchecked")
  private static UnaryOperator<Producer<byte[], byte[]>> failingOnce(
      AtomicBoolean failed, Throwable failure) {
    return producer ->
        (Producer<byte[], byte[]>)
            Proxy.newProxyInstance(
                WorkerFaultToleranceTest.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("commitTransaction") && !failed.getAndSet(true)) {
                    throw failure;
                  }
                  try {
                    return method.invoke(producer, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  /** Takes its time, with a step now and then. */
  private static final class SlowStepsGenerator extends GradientImageGenerator {
    @Override
    public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
      for (int i = 0; i < 6; i++) {
        progress.onProgress(0, drawing.steps());
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
      return super.generate(drawing, progress);
    }
  }

  /** Goes on drawing until it may end: step after step, or silently. */
  private static final class BlockingGenerator extends GradientImageGenerator {
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch mayFinish = new CountDownLatch(1);
    private volatile boolean silent;

    @Override
    public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
      started.countDown();
      try {
        while (!mayFinish.await(50, TimeUnit.MILLISECONDS)) {
          if (!silent) {
            progress.onProgress(1, drawing.steps());
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.generate(drawing, progress);
    }
  }
}
