package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.Json;
import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** Many jobs at once on one worker, with a real broker and a real S3. */
class ConcurrentJobsTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  private static LocalServices services;
  private static KafkaS3Client outside;

  private final String job = "flight-" + TESTS.incrementAndGet();
  private final RecordingGenerator generator = new RecordingGenerator();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final List<WorkerRuntime> workers = new ArrayList<>();

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

  @AfterEach
  void drain() {
    generator.latch.countDown();
    workers.forEach(worker -> worker.drain(SHUTDOWN_TIMEOUT));
  }

  @Test
  void sameBatchKey_sharesBatch_othersDoNot() {
    generator.block();
    worker(Map.of());
    send("first", "'steps':9");
    generator.awaitBatch(1);
    send("a", "'guidanceScale':3");
    send("b", "'prompt':'q','count':2");
    send("c", "'steps':3");
    await(() -> meters.get("sanaq.jobs.queued").gauge().value() == 3);
    generator.latch.countDown();
    awaitCompleted("first", "a", "b", "c");
    assertThat(generator.batches)
        .containsExactly(List.of(seed("first")), List.of(seed("a"), seed("b")), List.of(seed("c")));
  }

  @Test
  void singleJob_result_isPublishedImmediately() {
    worker(Map.of());
    List<Long> waited = new ArrayList<>();
    for (String name : List.of("one", "two", "three", "four", "five")) {
      send(name, "");
      var event = outside.awaitEvent(id(name) + "/completed");
      waited.add(event.timestamp() - Instant.parse(header(event, "ce_time")).toEpochMilli());
    }
    // The best of them: others can be late where the machine has much to do.
    assertThat(Collections.min(waited)).isLessThan(100);
  }

  @Test
  void queuedJob_cancelled_endsAtOnce() {
    generator.block();
    worker(Map.of());
    send("first", "");
    generator.awaitBatch(1);
    send("waits", "'steps':3,'metadata':{'k':1}");
    await(() -> meters.get("sanaq.jobs.queued").gauge().value() == 1);
    outside.cancel(id("waits"), "too dear");
    JsonNode data = json(outside.awaitEvent(id("waits") + "/cancelled"));
    assertThat(data.get("reason").asText()).isEqualTo("too dear");
    assertThat(data.get("attempts").asInt()).isZero();
    assertThat(data.get("metadata").get("k").asInt()).isEqualTo(1);
    generator.latch.countDown();
    awaitCompleted("first");
    assertThat(outside.objects("sanaq").keySet()).noneMatch(key -> key.startsWith(id("waits")));
  }

  @Test
  void runningJob_cancelled_endsWithinAStep_batchContinues() {
    generator.block();
    worker(Map.of("sanaq.worker.batch-linger", "PT2S"));
    send("keeps", "'steps':3");
    send("goes", "'steps':3");
    generator.awaitBatch(1);
    assertThat(generator.batches.get(0)).hasSize(2);
    outside.cancel(id("goes"), "");
    // The painter holds between two steps until one is not wanted any more.
    JsonNode data = json(outside.awaitEvent(id("goes") + "/cancelled", generator::allowStep));
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
    generator.latch.countDown();
    awaitCompleted("keeps");
    assertThat(terminalEvents("goes")).containsExactly(id("goes") + "/cancelled");
  }

  @Test
  void cancellationBeforeRequest_jobDoesNotStart() {
    outside.cancel(id("early"), "never mind");
    worker(Map.of());
    send("early", "");
    outside.awaitEvent(id("early") + "/cancelled");
    assertThat(generator.batches).isEmpty();
  }

  @Test
  void lateCancellation_changesNothing() {
    worker(Map.of());
    send("done", "");
    awaitCompleted("done");
    outside.cancel(id("done"), "");
    await(() -> counterTotal("sanaq.cancellations", "result", "read") >= 1);
    send("done", "");
    await(() -> terminalEvents("done").size() == 2);
    assertThat(terminalEvents("done"))
        .containsExactly(id("done") + "/completed", id("done") + "/completed");
  }

  @Test
  void runningJob_pastDeadline_endsAtNextStep() {
    generator.block();
    worker(Map.of());
    send("late", "'deadline':'%s'".formatted(Instant.now().plusSeconds(2)));
    generator.awaitBatch(1);
    JsonNode data = json(outside.awaitEvent(id("late") + "/failed", generator::allowStep));
    assertThat(data.get("error").get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void deadlineUnreachableAtMeasuredRate_jobDoesNotStart() {
    generator.delay = Duration.ofMillis(900);
    worker(Map.of());
    send("measures", "");
    awaitCompleted("measures");
    send("late", "'deadline':'%s'".formatted(Instant.now().plusMillis(700)));
    JsonNode error = json(outside.awaitEvent(id("late") + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(error.get("message").asText()).contains("would have taken");
    assertThat(generator.batches).hasSize(1);
  }

  @Test
  void poisonJob_afterMaxAttempts_fails_nextJobCompletes() {
    long offset = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("poison")));
    send("behind", "");
    writeAttempts("poison", offset, 3);
    worker(Map.of());
    JsonNode data = json(outside.awaitEvent(id("poison") + "/failed"));
    assertThat(data.get("error").get("code").asText()).isEqualTo("crashed");
    assertThat(data.get("error").get("message").asText()).contains("by dead-2 at ");
    assertThat(data.get("attempts").asInt()).isEqualTo(3);
    awaitCompleted("behind");
    assertThat(terminalEvents("poison")).hasSize(1);
  }

  @Test
  void quarantinedJob_runsAlone_resentRequestCountsAnew() {
    long offset = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("suspect")));
    writeAttempts("suspect", offset, 2);
    long again = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("again")));
    writeAttempts("again", again + 1000, 3);
    send("innocent", "");
    worker(Map.of("sanaq.worker.batch-linger", "PT1S"));
    awaitCompleted("suspect", "again", "innocent");
    assertThat(generator.batches).hasSize(2).contains(List.of(seed("suspect")));
    assertThat(attemptCount("suspect")).isEqualTo(3);
  }

  @Test
  void drain_jobExceedingTimeout_releasesAttempt() {
    generator.block();
    WorkerRuntime worker = worker(Map.of());
    send("long", "");
    generator.awaitBatch(1);
    assertThat(attemptCount("long")).isEqualTo(1);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> worker.drain(Duration.ofMillis(300)));
    await(
        () -> {
          generator.allowStep();
          return drained.isDone();
        });
    assertThat(attemptCount("long")).isZero();
    assertThat(terminalEvents("long")).isEmpty();
    generator.latch.countDown();
    worker(Map.of());
    awaitCompleted("long");
  }

  @Test
  void completedJob_recordsMetricsAndTraces() {
    worker(Map.of());
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("traced")), "traceparent", parent);
    var event = outside.awaitEvent(id("traced") + "/completed");
    await(() -> spans.getFinishedSpanItems().size() == 4);
    SpanData own =
        spans.getFinishedSpanItems().stream()
            .filter(span -> span.getKind() == SpanKind.CONSUMER)
            .findFirst()
            .orElseThrow();
    assertThat(own.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(own.getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactlyInAnyOrder("wait", "generate", "store", "process sanaq.requests");
    assertThat(header(event, "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(own.getTraceId(), own.getSpanId()));
    assertThat(counterTotal("sanaq.jobs", "outcome", "completed")).isEqualTo(1);
    assertThat(meters.get("sanaq.queue.wait").timer().count()).isEqualTo(1);
    assertThat(meters.get("sanaq.stage.duration").tag("stage", "store").timer().count())
        .isEqualTo(1);
    assertThat(meters.get("sanaq.batch.size").summary().max()).isEqualTo(1);
  }

  private WorkerRuntime worker(Map<String, String> more) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.worker.retry-backoff", "PT0.3S");
    config.putAll(more);
    OpenTelemetrySdk tracing =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();
    WorkerRuntime worker =
        WorkerRuntime.start(
            TestSettings.of(config),
            generator,
            Clock.systemUTC(),
            new WorkerTelemetry(meters, tracing));
    workers.add(worker);
    return worker;
  }

  private String id(String name) {
    return job + "-" + name;
  }

  private String seed(String name) {
    return String.valueOf(JobIds.seedOf(id(name)));
  }

  /** As if so many workers had begun the record's job and died. */
  private void writeAttempts(String name, long offset, int times) {
    for (int i = 1; i <= times; i++) {
      String key = "%s/attempts/%d.json".formatted(id(name), i);
      Attempt attempt = new Attempt(i, "dead-" + i, Instant.EPOCH, "sanaq.requests-0@" + offset);
      outside
          .s3()
          .putObject(
              put -> put.bucket("sanaq").key(key), RequestBody.fromBytes(Json.write(attempt)));
    }
  }

  private void send(String name, String more) {
    String fields = more.isEmpty() ? "" : "," + more.replace('\'', '"');
    String prompt = more.contains("prompt") ? "" : ",\"prompt\":\"p\"";
    outside.send("{\"id\":\"%s\"%s%s}".formatted(id(name), prompt, fields));
  }

  private void awaitCompleted(String... names) {
    for (String name : names) {
      outside.awaitEvent(id(name) + "/completed");
    }
  }

  private List<String> terminalEvents(String name) {
    return outside.awaitQuiet().stream()
        .map(event -> header(event, "ce_id"))
        .filter(event -> event.matches(id(name) + "/(completed|failed|cancelled)"))
        .toList();
  }

  private int attemptCount(String name) {
    return (int)
        outside.objects("sanaq").keySet().stream()
            .filter(key -> key.startsWith(id(name) + "/attempts/"))
            .count();
  }

  private double counterTotal(String name, String tag, String value) {
    return meters.find(name).tag(tag, value).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it came in time").isLessThan(until);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Notes its batches, and holds them between steps until the test lets them go. */
  private static final class RecordingGenerator extends GradientImageGenerator {
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    private volatile CountDownLatch latch = new CountDownLatch(0);
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean stepAllowed;

    void block() {
      latch = new CountDownLatch(1);
    }

    /** Lets a held batch do one more step. */
    void allowStep() {
      stepAllowed = true;
    }

    void awaitBatch(int number) {
      await(() -> batches.size() >= number);
    }

    @Override
    public List<BatchResult> generateBatch(List<GenerationParams> drawings, BatchControl progress) {
      batches.add(drawings.stream().map(d -> String.valueOf(d.seed())).toList());
      sleep(delay);
      while (!awaitOpen() && noneCancelled(drawings.size(), progress)) {
        if (stepAllowed) {
          progress.onProgress(1, 100);
        }
      }
      return super.generateBatch(drawings, progress);
    }

    private static boolean noneCancelled(int count, BatchControl progress) {
      for (int i = 0; i < count; i++) {
        if (!progress.shouldContinue(i)) {
          return false;
        }
      }
      return true;
    }

    private boolean awaitOpen() {
      try {
        return latch.await(20, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private static void sleep(Duration time) {
      try {
        Thread.sleep(time.toMillis());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
