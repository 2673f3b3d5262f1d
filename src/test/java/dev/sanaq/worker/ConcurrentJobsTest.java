package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.Pause;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.sync.RequestBody;

/** Runs many jobs at once on one worker, with a real broker and a real S3. */
class ConcurrentJobsTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  private final String job = "flight-" + TESTS.incrementAndGet();
  private final RecordingGenerator generator = new RecordingGenerator();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  @BeforeAll
  static void start() {
    client = harness.client();
  }

  @AfterEach
  void drain() {
    generator.latch.countDown();
    harness.drainAll(SHUTDOWN_TIMEOUT);
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
    awaitQueued(3);
    generator.latch.countDown();
    awaitCompleted("first", "a", "b", "c");
    assertThat(generator.batches)
        .containsExactly(List.of(seed("first")), List.of(seed("a"), seed("b")), List.of(seed("c")));
  }

  @Test
  void singleJob_result_isPublishedImmediately() {
    worker(Map.of());
    List<Long> delays = new ArrayList<>();
    for (String name : List.of("one", "two", "three", "four", "five")) {
      send(name, "");
      var event = client.awaitEvent(id(name) + "/completed");
      delays.add(event.timestamp() - Instant.parse(header(event, "ce_time")).toEpochMilli());
    }
    // The shortest of five: on a busy machine some are late.
    assertThat(Collections.min(delays)).isLessThan(100);
  }

  @Test
  void queuedJob_cancelled_endsAtOnce() {
    generator.block();
    worker(Map.of());
    send("first", "");
    generator.awaitBatch(1);
    send("waits", "'steps':3,'metadata':{'k':1}");
    awaitQueued(1);
    client.cancel(id("waits"), "too dear");
    JsonNode data = json(client.awaitEvent(id("waits") + "/cancelled"));
    assertThat(data.get("reason").asText()).isEqualTo("too dear");
    assertThat(data.get("attempts").asInt()).isZero();
    assertThat(data.get("metadata").get("k").asInt()).isEqualTo(1);
    generator.latch.countDown();
    awaitCompleted("first");
    assertThat(client.objects().keySet())
        .filteredOn(key -> key.startsWith(id("waits")))
        .as("its end alone")
        .containsExactly(id("waits") + "/attempts/1.json");
  }

  @Test
  void runningJob_cancelled_endsWithinAStep_batchContinues() {
    generator.block();
    worker(Map.of("sanaq.worker.batch-linger", "PT2S"));
    send("keeps", "'steps':3");
    send("goes", "'steps':3");
    generator.awaitBatch(1);
    assertThat(generator.batches.get(0)).hasSize(2);
    client.cancel(id("goes"), "");
    // The generator blocks between two steps until a job of the batch is cancelled.
    JsonNode data = json(client.awaitEvent(id("goes") + "/cancelled", generator::allowStep));
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
    generator.latch.countDown();
    awaitCompleted("keeps");
    assertThat(terminalEvents("goes")).containsExactly(id("goes") + "/cancelled");
  }

  @Test
  void cancellationBeforeRequest_jobDoesNotStart() {
    client.cancel(id("early"), "never mind");
    worker(Map.of());
    send("early", "");
    client.awaitEvent(id("early") + "/cancelled");
    assertThat(generator.batches).isEmpty();
  }

  @Test
  void cancellationOlderThanRetention_isForgottenByRunningWorker() {
    worker(Map.of("sanaq.worker.cancellation-retention", "PT1S"));
    client.cancel(id("again"), "not today");
    Pause.of(Duration.ofSeconds(3));
    send("again", "");
    awaitCompleted("again");
  }

  @Test
  void lateCancellation_changesNothing() {
    worker(Map.of());
    send("done", "");
    awaitCompleted("done");
    client.cancel(id("done"), "");
    Eventually.await("the worker reads the cancellation", TIMEOUT)
        .until(() -> counterTotal("sanaq.cancellations", "result", "read") >= 1);
    send("done", "");
    Eventually.await("a second terminal event", TIMEOUT)
        .until(() -> terminalEvents("done").size() == 2);
    assertThat(terminalEvents("done"))
        .containsExactly(id("done") + "/completed", id("done") + "/completed");
  }

  @Test
  void runningJob_pastDeadline_endsAtNextStep() {
    generator.block();
    worker(Map.of());
    send("late", "'deadline':'%s'".formatted(Instant.now().plusSeconds(2)));
    generator.awaitBatch(1);
    JsonNode data = json(client.awaitEvent(id("late") + "/failed", generator::allowStep));
    assertThat(data.get("error").get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void deadlineUnreachableAtMeasuredRate_jobDoesNotStart() {
    generator.delay = Duration.ofMillis(900);
    worker(Map.of());
    for (String name : List.of("measures-1", "measures-2", "measures-3")) {
      send(name, "");
      awaitCompleted(name);
    }
    send("late", "'deadline':'%s'".formatted(Instant.now().plusMillis(700)));
    JsonNode error = json(client.awaitEvent(id("late") + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(error.get("message").asText()).contains("would have taken");
    assertThat(generator.batches).hasSize(3);
  }

  @Test
  void poisonJob_afterMaxAttempts_fails_nextJobCompletes() {
    String record = source(client.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("poison"))));
    send("behind", "");
    writeAttempts("poison", record, 3);
    worker(Map.of());
    JsonNode data = json(client.awaitEvent(id("poison") + "/failed"));
    assertThat(data.get("error").get("code").asText()).isEqualTo("crashed");
    assertThat(data.get("error").get("message").asText()).contains("by dead-2 at ");
    assertThat(data.get("attempts").asInt()).isEqualTo(3);
    awaitCompleted("behind");
    assertThat(terminalEvents("poison")).hasSize(1);
  }

  @Test
  void quarantinedJob_runsAlone_resentRequestCountsAnew() {
    String record =
        source(client.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("suspect"))));
    writeAttempts("suspect", record, 2);
    client.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("again")));
    writeAttempts("again", record, 3);
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
    Eventually.await("the drain ends", TIMEOUT)
        .until(
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
    client.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("traced")), "traceparent", parent);
    var event = client.awaitEvent(id("traced") + "/completed");
    Eventually.await("four spans", TIMEOUT).until(() -> spans.getFinishedSpanItems().size() == 4);
    SpanData own =
        spans.getFinishedSpanItems().stream()
            .filter(span -> span.getKind() == SpanKind.CONSUMER)
            .findFirst()
            .orElseThrow();
    assertThat(own.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(own.getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactlyInAnyOrder(
            "wait", "generate", "store", "process " + harness.services().requestsTopic());
    assertThat(header(event, "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(own.getTraceId(), own.getSpanId()));
    assertThat(counterTotal("sanaq.jobs", "outcome", "completed")).isEqualTo(1);
    assertThat(meters.get("sanaq.queue.wait").timer().count()).isEqualTo(1);
    assertThat(meters.get("sanaq.stage.duration").tag("stage", "store").timer().count())
        .isEqualTo(1);
    assertThat(meters.get("sanaq.batch.size").summary().max()).isEqualTo(1);
  }

  private WorkerRuntime worker(Map<String, String> more) {
    Map<String, String> overrides = new HashMap<>(Map.of("sanaq.worker.retry-backoff", "PT0.3S"));
    overrides.putAll(more);
    OpenTelemetrySdk tracing =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();
    return harness.startWorker(
        generator,
        harness.settings(overrides),
        new WorkerTelemetry(meters, tracing),
        UnaryOperator.identity());
  }

  private String id(String name) {
    return job + "-" + name;
  }

  private String seed(String name) {
    return String.valueOf(JobIds.seedOf(id(name)));
  }

  /** The source of the attempts of a record in partition 0. */
  private static String source(long offset) {
    var record = client.readRequest(0, offset);
    return "%s-0@%s#%s".formatted(record.topic(), offset, RecordHash.of(record));
  }

  /** Writes the attempts of workers that crashed on the record's job. */
  private void writeAttempts(String name, String record, int times) {
    for (int i = 1; i <= times; i++) {
      String key = "%s/attempts/%s.json".formatted(id(name), i);
      Attempt attempt = new Attempt(i, "dead-" + i, Instant.EPOCH, record);
      client
          .s3()
          .putObject(
              put -> put.bucket(harness.services().bucket()).key(key),
              RequestBody.fromBytes(Json.write(attempt)));
    }
  }

  private void send(String name, String more) {
    String fields = more.isEmpty() ? "" : "," + more.replace('\'', '"');
    String prompt = more.contains("prompt") ? "" : ",\"prompt\":\"p\"";
    client.send("{\"id\":\"%s\"%s%s}".formatted(id(name), prompt, fields));
  }

  private void awaitCompleted(String... names) {
    for (String name : names) {
      client.awaitEvent(id(name) + "/completed");
    }
  }

  private List<String> terminalEvents(String name) {
    return client.awaitQuiet().stream()
        .map(KafkaS3Client::eventName)
        .filter(event -> event.matches(id(name) + "/(completed|failed|cancelled)"))
        .toList();
  }

  private int attemptCount(String name) {
    return (int)
        client.objects().keySet().stream()
            .filter(key -> key.startsWith(id(name) + "/attempts/"))
            .count();
  }

  private double counterTotal(String name, String tag, String value) {
    return meters.find(name).tag(tag, value).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  private void awaitQueued(int jobs) {
    Eventually.await(jobs + " queued jobs", TIMEOUT)
        .until(() -> meters.get("sanaq.jobs.queued").gauge().value() == jobs);
  }

  /** Records its batches, and blocks them between steps until the test releases them. */
  private static final class RecordingGenerator extends GradientImageGenerator {
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    private volatile CountDownLatch latch = new CountDownLatch(0);
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean stepAllowed;

    void block() {
      latch = new CountDownLatch(1);
    }

    /** Lets a blocked batch do steps. */
    void allowStep() {
      stepAllowed = true;
    }

    void awaitBatch(int number) {
      Eventually.await("batch " + number, TIMEOUT).until(() -> batches.size() >= number);
    }

    @Override
    public List<BatchResult> generateBatch(List<GenerationParams> jobs, BatchControl control) {
      batches.add(jobs.stream().map(params -> String.valueOf(params.seed())).toList());
      Pause.of(delay);
      while (!awaitOpen() && noneCancelled(jobs.size(), control)) {
        if (stepAllowed) {
          control.onProgress(1, 100);
        }
      }
      return super.generateBatch(jobs, control);
    }

    private static boolean noneCancelled(int count, BatchControl control) {
      for (int i = 0; i < count; i++) {
        if (!control.shouldContinue(i)) {
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
  }
}
