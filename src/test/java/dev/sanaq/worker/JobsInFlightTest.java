package dev.sanaq.worker;

import static dev.sanaq.worker.Outside.header;
import static dev.sanaq.worker.Outside.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.Json;
import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.BatchProgress;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.Drawing;
import dev.sanaq.storage.Attempt;
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
class JobsInFlightTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration GRACE = Duration.ofSeconds(20);

  private static LocalServices services;
  private static Outside outside;

  private final String job = "flight-" + TESTS.incrementAndGet();
  private final Easels painter = new Easels();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final List<WorkerProcess> workers = new ArrayList<>();

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    outside = new Outside(services.config());
  }

  @AfterAll
  static void stop() {
    outside.close();
    services.close();
  }

  @AfterEach
  void drain() {
    painter.gate.countDown();
    workers.forEach(worker -> worker.drain(GRACE));
  }

  @Test
  void jobsOfOneShapeShareABatchAndOthersDoNot() {
    painter.hold();
    worker(Map.of());
    send("first", "'steps':9");
    painter.awaitBatch(1);
    send("a", "'guidanceScale':3");
    send("b", "'prompt':'q','count':2");
    send("c", "'steps':3");
    await(() -> meters.get("sanaq.jobs.waiting").gauge().value() == 3);
    painter.gate.countDown();
    ends("first", "a", "b", "c");
    assertThat(painter.batches)
        .containsExactly(List.of(seed("first")), List.of(seed("a"), seed("b")), List.of(seed("c")));
  }

  @Test
  void theEndOfALoneJobIsPublishedWhenItIsThere() {
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
  void aJobThatWaitsIsTakenBackAtOnce() {
    painter.hold();
    worker(Map.of());
    send("first", "");
    painter.awaitBatch(1);
    send("waits", "'steps':3,'metadata':{'k':1}");
    await(() -> meters.get("sanaq.jobs.waiting").gauge().value() == 1);
    outside.cancel(id("waits"), "too dear");
    JsonNode data = json(outside.awaitEvent(id("waits") + "/cancelled"));
    assertThat(data.get("reason").asText()).isEqualTo("too dear");
    assertThat(data.get("attempts").asInt()).isZero();
    assertThat(data.get("metadata").get("k").asInt()).isEqualTo(1);
    painter.gate.countDown();
    ends("first");
    assertThat(outside.objects("sanaq").keySet()).noneMatch(key -> key.startsWith(id("waits")));
  }

  @Test
  void aJobOnTheDeviceIsTakenBackWithinAStepAndTheOthersOfItsBatchGoOn() {
    painter.hold();
    worker(Map.of("sanaq.worker.batch-wait", "PT2S"));
    send("keeps", "'steps':3");
    send("goes", "'steps':3");
    painter.awaitBatch(1);
    assertThat(painter.batches.get(0)).hasSize(2);
    outside.cancel(id("goes"), "");
    // The painter holds between two steps until one is not wanted any more.
    JsonNode data = json(outside.awaitEvent(id("goes") + "/cancelled", painter::step));
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
    painter.gate.countDown();
    ends("keeps");
    assertThat(terminal("goes")).containsExactly(id("goes") + "/cancelled");
  }

  @Test
  void aJobTakenBackBeforeItIsReadIsNotBegun() {
    outside.cancel(id("early"), "never mind");
    worker(Map.of());
    send("early", "");
    outside.awaitEvent(id("early") + "/cancelled");
    assertThat(painter.batches).isEmpty();
  }

  @Test
  void aCancellationThatComesTooLateChangesNothing() {
    worker(Map.of());
    send("done", "");
    ends("done");
    outside.cancel(id("done"), "");
    await(() -> count("sanaq.cancellations", "kind", "read") >= 1);
    send("done", "");
    await(() -> terminal("done").size() == 2);
    assertThat(terminal("done"))
        .containsExactly(id("done") + "/completed", id("done") + "/completed");
  }

  @Test
  void aJobWhoseDeadlinePassesOnTheDeviceEndsAtTheNextStep() {
    painter.hold();
    worker(Map.of());
    send("late", "'deadline':'%s'".formatted(Instant.now().plusSeconds(2)));
    painter.awaitBatch(1);
    JsonNode data = json(outside.awaitEvent(id("late") + "/failed", painter::step));
    assertThat(data.get("error").get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(data.get("attempts").asInt()).isEqualTo(1);
  }

  @Test
  void aJobThatCannotBeDoneInTimeByTheMeasuredRateIsNotBegun() {
    painter.pause = Duration.ofMillis(900);
    worker(Map.of());
    send("measures", "");
    ends("measures");
    send("late", "'deadline':'%s'".formatted(Instant.now().plusMillis(700)));
    JsonNode error = json(outside.awaitEvent(id("late") + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(error.get("message").asText()).contains("would have taken");
    assertThat(painter.batches).hasSize(1);
  }

  @Test
  void aJobBegunThreeTimesWithoutAnEndFailsAndTheOneBehindItIsDone() {
    long offset = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("poison")));
    send("behind", "");
    begun("poison", offset, 3);
    worker(Map.of());
    JsonNode data = json(outside.awaitEvent(id("poison") + "/failed"));
    assertThat(data.get("error").get("code").asText()).isEqualTo("crashed");
    assertThat(data.get("error").get("message").asText()).contains("by dead-2 at ");
    assertThat(data.get("attempts").asInt()).isEqualTo(3);
    ends("behind");
    assertThat(terminal("poison")).hasSize(1);
  }

  @Test
  void aJobBegunBeforeIsDrawnAloneAndWhatWasSentAgainCountsAnew() {
    long offset = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("suspect")));
    begun("suspect", offset, 2);
    long again = outside.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id("again")));
    begun("again", again + 1000, 3);
    send("innocent", "");
    worker(Map.of("sanaq.worker.batch-wait", "PT1S"));
    ends("suspect", "again", "innocent");
    assertThat(painter.batches).hasSize(2).contains(List.of(seed("suspect")));
    assertThat(attempts("suspect")).isEqualTo(3);
  }

  @Test
  void drainingGivesTheAttemptBackThatWouldOutlastTheGrace() {
    painter.hold();
    WorkerProcess worker = worker(Map.of());
    send("long", "");
    painter.awaitBatch(1);
    assertThat(attempts("long")).isEqualTo(1);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> worker.drain(Duration.ofMillis(300)));
    await(
        () -> {
          painter.step();
          return drained.isDone();
        });
    assertThat(attempts("long")).isZero();
    assertThat(terminal("long")).isEmpty();
    painter.gate.countDown();
    worker(Map.of());
    ends("long");
  }

  @Test
  void metersAndTracesTellOfAJob() {
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
        .containsExactlyInAnyOrder("wait", "draw", "store", "process sanaq.requests");
    assertThat(header(event, "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(own.getTraceId(), own.getSpanId()));
    assertThat(count("sanaq.jobs", "outcome", "completed")).isEqualTo(1);
    assertThat(meters.get("sanaq.queue.wait").timer().count()).isEqualTo(1);
    assertThat(meters.get("sanaq.stage").tag("stage", "store").timer().count()).isEqualTo(1);
    assertThat(meters.get("sanaq.batch.jobs").summary().max()).isEqualTo(1);
  }

  private WorkerProcess worker(Map<String, String> more) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.worker.retry-pause", "PT0.3S");
    config.putAll(more);
    OpenTelemetrySdk tracing =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();
    WorkerProcess worker =
        WorkerProcess.start(
            TestSettings.of(config),
            painter,
            Clock.systemUTC(),
            new WorkerProcess.Telemetry(meters, tracing));
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
  private void begun(String name, long offset, int times) {
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

  private void ends(String... names) {
    for (String name : names) {
      outside.awaitEvent(id(name) + "/completed");
    }
  }

  private List<String> terminal(String name) {
    return outside.settle().stream()
        .map(event -> header(event, "ce_id"))
        .filter(event -> event.matches(id(name) + "/(completed|failed|cancelled)"))
        .toList();
  }

  private int attempts(String name) {
    return (int)
        outside.objects("sanaq").keySet().stream()
            .filter(key -> key.startsWith(id(name) + "/attempts/"))
            .count();
  }

  private double count(String name, String tag, String value) {
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
  private static final class Easels extends GradientPainter {
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile Duration pause = Duration.ZERO;
    private volatile boolean stepping;

    void hold() {
      gate = new CountDownLatch(1);
    }

    /** Lets a held batch do one more step. */
    void step() {
      stepping = true;
    }

    void awaitBatch(int number) {
      await(() -> batches.size() >= number);
    }

    @Override
    public List<BatchResult> drawTogether(List<Drawing> drawings, BatchProgress progress) {
      batches.add(drawings.stream().map(d -> String.valueOf(d.seed())).toList());
      sleep(pause);
      while (!isOpen() && stillAllWanted(drawings.size(), progress)) {
        if (stepping) {
          progress.stepped(1, 100);
        }
      }
      return super.drawTogether(drawings, progress);
    }

    private static boolean stillAllWanted(int count, BatchProgress progress) {
      for (int i = 0; i < count; i++) {
        if (!progress.wanted(i)) {
          return false;
        }
      }
      return true;
    }

    private boolean isOpen() {
      try {
        return gate.await(20, TimeUnit.MILLISECONDS);
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
