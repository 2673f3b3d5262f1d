package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.storage.FaultyS3;
import dev.sanaq.faults.storage.S3Fault;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.DeviceLostException;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.TestSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.sync.RequestBody;

/** Injects faults at the worst moments, with a real broker and a real S3: no job is lost. */
class WorkerFaultToleranceTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  /** The result of another request with the same id. */
  private static final String OTHER_RESULT =
      "{\"id\":\"%s\",\"fingerprint\":\"other\",\"completedAt\":\"2030-01-01T00:00:00Z\",\"images\":[],"
          + "\"request\":{},\"timings\":{},\"deviceSeconds\":0,\"worker\":\"w\",\"model\":\"m\","
          + "\"metadata\":{}}";

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  /** Each test has its own jobs; the consumer group lasts through all tests. */
  private final int test = TESTS.incrementAndGet();

  private final String job = "job-" + test;
  private final String request =
      "{\"id\":\"%s\",\"prompt\":\"a red apple\",\"steps\":3}".formatted(job);

  @BeforeAll
  static void start() {
    client = harness.client();
  }

  /** Stops the workers of a failed test, which would take the jobs of the next one. */
  @AfterEach
  void drainAll() {
    harness.drainAll(Duration.ZERO);
  }

  @Test
  void failedTransaction_isRetried_jobRunsOnce() {
    GradientImageGenerator generator = new GradientImageGenerator();
    AtomicBoolean failed = new AtomicBoolean();
    WorkerRuntime worker =
        worker(generator, failingOnce(failed, new KafkaException("the broker went away")));
    client.send(request);
    client.awaitEvent(job + "/completed");
    assertThat(failed).isTrue();
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(generator.generationCount()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Tag("slow") // waits for the session timeout of a crashed worker, 6 s
  @Test
  void redeliveredJob_publishesSameEvent_withoutRunning() {
    GradientImageGenerator generator = new GradientImageGenerator();
    AtomicBoolean died = new AtomicBoolean();
    WorkerRuntime dying = worker(generator, failingOnce(died, new StackOverflowError("a crash")));
    client.send(request);
    Eventually.await("the worker crashes", TIMEOUT).until(() -> !dying.isHealthy());
    assertThat(client.objects()).containsKey(job + "/result.json");
    assertThat(terminalEventsOf(job)).isEmpty();

    WorkerRuntime next = worker(generator, UnaryOperator.identity());
    client.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(generator.generationCount()).isEqualTo(1);
    next.drain(SHUTDOWN_TIMEOUT);
    dying.drain(SHUTDOWN_TIMEOUT);
  }

  @Tag("slow") // drains two workers with a job in work
  @Test
  void drain_finishesCurrentJob_takesNoOther() throws Exception {
    BlockingGenerator generator = new BlockingGenerator();
    WorkerRuntime worker = worker(generator, UnaryOperator.identity());
    client.send(request);
    client.send("{\"id\":\"next\",\"prompt\":\"a pear\"}");
    generator.started.await(30, TimeUnit.SECONDS);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> worker.drain(SHUTDOWN_TIMEOUT));
    Eventually.await("the drain waits for the running job", TIMEOUT)
        .during(Duration.ofMillis(500))
        .until(() -> !drained.isDone());
    generator.mayFinish.countDown();
    assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(generator.generationCount()).isEqualTo(1);

    WorkerRuntime other = worker(generator, UnaryOperator.identity());
    client.awaitEvent("next/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    other.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void drain_pastTimeout_leavesJobToAnotherWorker() throws Exception {
    BlockingGenerator generator = new BlockingGenerator();
    WorkerRuntime worker = worker(generator, UnaryOperator.identity());
    client.send(request);
    generator.started.await(30, TimeUnit.SECONDS);
    assertThat(worker.drain(Duration.ofMillis(200))).isTrue();
    assertThat(terminalEventsOf(job)).isEmpty();
    generator.mayFinish.countDown();

    WorkerRuntime other = worker(generator, UnaryOperator.identity());
    client.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    other.drain(SHUTDOWN_TIMEOUT);
  }

  @Tag("slow") // runs a job three times as long as max.poll.interval.ms
  @Test
  void jobLongerThanMaxPollInterval_keepsGroupMembership() throws Exception {
    BlockingGenerator generator = new BlockingGenerator();
    Map<String, Object> shortPollInterval =
        Map.of("max.poll.interval.ms", 2000, "session.timeout.ms", 6000);
    WorkerRuntime worker = worker(generator, UnaryOperator.identity(), Map.of(), shortPollInterval);
    client.send(request);
    generator.started.await(30, TimeUnit.SECONDS);
    // Kafka's client measures max.poll.interval.ms by its own clock: only time can exceed it.
    Pause.of(Duration.ofSeconds(6));
    generator.mayFinish.countDown();
    client.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    assertThat(generator.generationCount()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void stalledInference_isUnhealthy() throws Exception {
    BlockingGenerator generator = new BlockingGenerator();
    generator.silent = true;
    WorkerRuntime worker =
        worker(
            generator,
            UnaryOperator.identity(),
            Map.of("sanaq.worker.stall-timeout", "PT1S"),
            Map.of());
    assertThat(worker.isHealthy()).isTrue();
    client.send(request);
    generator.started.await(30, TimeUnit.SECONDS);
    Eventually.await("the worker is unhealthy", TIMEOUT).until(() -> !worker.isHealthy());
    generator.mayFinish.countDown();
    client.awaitEvent(job + "/completed");
    assertThat(worker.isHealthy()).isTrue();
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Tag("slow") // runs 16 jobs through three rebalances
  @Test
  void rebalances_loseNothingAndDuplicateNothing() throws Exception {
    List<String> jobs = IntStream.range(0, 16).mapToObj(i -> job + "-" + i).toList();
    for (int i = 0; i < jobs.size(); i++) {
      client.sendTo(i % 4, "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(jobs.get(i)));
    }
    WorkerRuntime first = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    client.awaitEvent(jobs.get(0) + "/completed");
    WorkerRuntime second = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    // The first worker stops while the partitions move or soon after: any moment must be safe.
    Pause.of(Duration.ofMillis(1500));
    first.drain(SHUTDOWN_TIMEOUT);
    WorkerRuntime third = worker(new SlowStepsGenerator(), UnaryOperator.identity());
    jobs.forEach(id -> client.awaitEvent(id + "/completed"));
    assertThat(terminalEventsOf(job + "-\\d+"))
        .containsExactlyInAnyOrderElementsOf(jobs.stream().map(id -> id + "/completed").toList());
    second.drain(SHUTDOWN_TIMEOUT);
    third.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void generatorException_mapsToErrorCode_nextJobRuns() {
    GradientImageGenerator generator =
        new GradientImageGenerator() {
          @Override
          public GenerationResult generate(GenerationParams params, ProgressListener progress) {
            return switch (params.prompt()) {
              case "large" -> throw new DeviceMemoryException("8 GiB", new IllegalStateException());
              case "bug" -> throw new IllegalStateException("secret");
              default -> super.generate(params, progress);
            };
          }
        };
    WorkerRuntime worker = worker(generator, UnaryOperator.identity());
    client.send("{\"id\":\"large\",\"prompt\":\"large\"}");
    client.send("{\"id\":\"bug\",\"prompt\":\"bug\",\"metadata\":{\"k\":null}}");
    client.send(request);
    client.awaitEvent(job + "/completed");
    assertThat(errorCode("large")).isEqualTo("out_of_memory");
    assertThat(errorCode("bug")).isEqualTo("internal");
    var bug = KafkaS3Client.json(client.awaitEvent("bug/failed"));
    assertThat(bug.get("error").get("message").asText()).doesNotContain("secret");
    assertThat(bug.get("metadata").has("k")).isTrue();
    assertThat(bug.get("attempts").asInt()).isEqualTo(1);
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  /** Its own process would have ended; here the worker remains, without its inference thread. */
  @Test
  void lostDevice_publishesNoOutcome_anotherWorkerRunsTheJob() {
    GradientImageGenerator broken =
        new GradientImageGenerator() {
          @Override
          public List<BatchResult> generateBatch(
              List<GenerationParams> batch, BatchControl control) {
            throw new DeviceLostException("cuda:0 computes no more", new IllegalStateException());
          }
        };
    int before = harness.exitCodes().size();
    WorkerRuntime worker = worker(broken, UnaryOperator.identity());
    client.send(request);
    Eventually.await("the worker ends its process", TIMEOUT)
        .until(() -> harness.exitCodes().size() > before);
    assertThat(harness.exitCodes()).last().isEqualTo(75);
    assertThat(worker.notReadyReason().orElse("")).contains("the GPU is lost", "cuda:0");
    assertThat(client.objects()).containsKey(job + "/attempts/1.json");
    assertThat(terminalEventsOf(job)).isEmpty();
    worker.drain(Duration.ZERO);

    WorkerRuntime next = worker(new GradientImageGenerator(), UnaryOperator.identity());
    client.awaitEvent(job + "/completed");
    assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
    next.drain(SHUTDOWN_TIMEOUT);
  }

  @Tag("slow") // waits for the storage retry timeout and a rebalance
  @Test
  void storageOutage_requeuesJobForOtherWorkers() {
    GradientImageGenerator generator = new GradientImageGenerator();
    URI storage =
        URI.create(harness.services().config().getOrDefault("sanaq.storage.endpoint", ""));
    try (FaultyS3 route = new FaultyS3(storage.getPort(), 1)) {
      WorkerRuntime lost =
          worker(
              generator,
              UnaryOperator.identity(),
              Map.of(
                  "sanaq.storage.endpoint",
                  "http://127.0.0.1:" + route.port(),
                  "sanaq.storage.retry-timeout",
                  "PT1S"),
              Map.of());
      assertThat(lost.notReadyReason()).isEmpty();
      route.setFault(new S3Fault.Stopped());
      client.send(request);
      Eventually.await("the worker reports the storage", TIMEOUT)
          .until(
              () ->
                  lost.notReadyReason()
                      .filter(reason -> reason.contains("S3 is unavailable"))
                      .isPresent());
      assertThat(terminalEventsOf(job)).isEmpty();

      WorkerRuntime other = worker(generator, UnaryOperator.identity());
      client.awaitEvent(job + "/completed");
      assertThat(terminalEventsOf(job)).containsExactly(job + "/completed");
      assertThat(lost.isHealthy()).isTrue();
      lost.drain(SHUTDOWN_TIMEOUT);
      other.drain(SHUTDOWN_TIMEOUT);
    }
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
    client.send(
        "{\"id\":\"%s\",\"prompt\":\"p\",\"output\":{\"bucket\":\"nowhere\"}}".formatted(job));
    var error = KafkaS3Client.json(client.awaitEvent(job + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("storage_failed");
    assertThat(error.get("retryable").asBoolean()).isTrue();
    assertThat(worker.notReadyReason()).isEmpty();
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void imagesOfRequestThatLosesItsId_areDeleted() throws Exception {
    BlockingGenerator generator = new BlockingGenerator();
    WorkerRuntime worker = worker(generator, UnaryOperator.identity());
    client.send(request);
    assertThat(generator.started.await(30, TimeUnit.SECONDS)).isTrue();
    // Another worker completes another request with this id meanwhile.
    client
        .s3()
        .putObject(
            put -> put.bucket(harness.services().bucket()).key(job + "/result.json"),
            RequestBody.fromString(OTHER_RESULT.formatted(job)));
    generator.mayFinish.countDown();
    var error = KafkaS3Client.json(client.awaitEvent(job + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("id_conflict");
    assertThat(client.objects().keySet().stream().filter(key -> key.startsWith(job + "/")))
        .containsExactly(job + "/attempts/1.json", job + "/result.json");
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void oversizedDeadLetter_isTruncated() {
    WorkerRuntime worker = worker(new GradientImageGenerator(), UnaryOperator.identity());
    // The record just fits the limit; with the headers of a dead letter it does not.
    client.send(new byte[1024 * 1024 - 100]);
    client.send(request);
    client.awaitEvent(job + "/completed");
    var letter = client.awaitDeadLetters(1).get(0);
    assertThat(header(letter, "sanaq-original-bytes")).isEqualTo("" + (1024 * 1024 - 100));
    assertThat(header(letter, "sanaq-reason")).contains("at most");
    worker.drain(SHUTDOWN_TIMEOUT);
  }

  @Test
  void producerThatDoesNotClose_workerLeavesItsGroup() throws Exception {
    WorkerRuntime worker =
        worker(
            new GradientImageGenerator(),
            failing("close", new AtomicBoolean(), new IllegalStateException("not closed")));
    client.send(request);
    client.awaitEvent(job + "/completed");
    worker.drain(SHUTDOWN_TIMEOUT);
    String group = harness.services().config().getOrDefault("sanaq.worker.group", "");
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", harness.services().bootstrapServers()))) {
      assertThat(
              admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                  .flatMap(description -> description.members().stream()))
          .isEmpty();
    }
  }

  private WorkerRuntime worker(
      GradientImageGenerator generator, UnaryOperator<Producer<byte[], byte[]>> producers) {
    return worker(generator, producers, Map.of(), Map.of());
  }

  private WorkerRuntime worker(
      GradientImageGenerator generator,
      UnaryOperator<Producer<byte[], byte[]>> producers,
      Map<String, String> more,
      Map<String, Object> moreKafka) {
    Map<String, String> overrides = new HashMap<>(Map.of("sanaq.worker.retry-backoff", "PT0.3S"));
    overrides.putAll(more);
    WorkerSettings settings = harness.settings(overrides);
    settings.kafka().putAll(moreKafka);
    return harness.startWorker(generator, settings, TestSettings.noTelemetry(), producers);
  }

  /** Returns the terminal events of a job after a quiet period. */
  private List<String> terminalEventsOf(String id) {
    return client.awaitQuiet().stream()
        .map(KafkaS3Client::eventName)
        .filter(eventId -> eventId.matches(id + "/(completed|failed)"))
        .toList();
  }

  private String errorCode(String id) {
    return KafkaS3Client.json(client.awaitEvent(id + "/failed")).get("error").get("code").asText();
  }

  /** Makes the commit of one transaction fail, which no real broker does on demand. */
  private static UnaryOperator<Producer<byte[], byte[]>> failingOnce(
      AtomicBoolean failed, Throwable failure) {
    return failing("commitTransaction", failed, failure);
  }

  /** Makes one call of a method fail. */
  @SuppressWarnings("unchecked")
  private static UnaryOperator<Producer<byte[], byte[]>> failing(
      String methodName, AtomicBoolean failed, Throwable failure) {
    return producer ->
        (Producer<byte[], byte[]>)
            Proxy.newProxyInstance(
                WorkerFaultToleranceTest.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals(methodName) && !failed.getAndSet(true)) {
                    throw failure;
                  }
                  try {
                    return method.invoke(producer, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  /** Generates slowly, in six steps of 50 ms. */
  private static final class SlowStepsGenerator extends GradientImageGenerator {
    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      for (int i = 0; i < 6; i++) {
        progress.onProgress(0, params.steps());
        Pause.of(Duration.ofMillis(50));
      }
      return super.generate(params, progress);
    }
  }

  /** Generates until the test lets it finish: with a step every 50 ms, or without any. */
  private static final class BlockingGenerator extends GradientImageGenerator {
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch mayFinish = new CountDownLatch(1);
    private volatile boolean silent;

    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      started.countDown();
      try {
        while (!mayFinish.await(50, TimeUnit.MILLISECONDS)) {
          if (!silent) {
            progress.onProgress(1, params.steps());
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.generate(params, progress);
    }
  }
}
