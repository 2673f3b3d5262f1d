package dev.sanaq.worker;

import static dev.sanaq.worker.Outside.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.OutOfMemoryException;
import dev.sanaq.sana.Progress;
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
class DeliveryTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration GRACE = Duration.ofSeconds(20);

  private static LocalServices services;
  private static Outside outside;

  private final List<WorkerProcess> workers = new ArrayList<>();

  /** Each test has jobs of its own; the group goes on from one to the next. */
  private final int test = TESTS.incrementAndGet();

  private final String job = "job-" + test;
  private final String request =
      "{\"id\":\"%s\",\"prompt\":\"a red apple\",\"steps\":3}".formatted(job);

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

  /** A test that fails must not leave a worker that takes the others' jobs. */
  @AfterEach
  void drainAll() {
    workers.forEach(worker -> worker.drain(Duration.ZERO));
  }

  @Test
  void aTransactionThatFailsIsTriedAgainAndTheJobIsDrawnOnce() {
    GradientPainter painter = new GradientPainter();
    AtomicBoolean failed = new AtomicBoolean();
    WorkerProcess worker =
        worker(painter, failingOnce(failed, new KafkaException("the broker went away")));
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    assertThat(failed).isTrue();
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.drawings()).isEqualTo(1);
    worker.drain(GRACE);
  }

  @Test
  void redeliveredJobPublishesTheSameEventAndDrawsNothing() {
    GradientPainter painter = new GradientPainter();
    AtomicBoolean died = new AtomicBoolean();
    WorkerProcess dying = worker(painter, failingOnce(died, new StackOverflowError("a crash")));
    outside.send(request);
    await(() -> !dying.isHealthy());
    assertThat(outside.objects("sanaq")).containsKey(job + "/result.json");
    assertThat(endsOf(job)).isEmpty();

    WorkerProcess next = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.drawings()).isEqualTo(1);
    next.drain(GRACE);
    dying.drain(GRACE);
  }

  @Test
  void drainingEndsTheCurrentJobAndTakesNoOther() throws Exception {
    SlowPainter painter = new SlowPainter();
    WorkerProcess worker = worker(painter, UnaryOperator.identity());
    outside.send(request);
    outside.send("{\"id\":\"next\",\"prompt\":\"a pear\"}");
    painter.begun.await(30, TimeUnit.SECONDS);
    CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> worker.drain(GRACE));
    Thread.sleep(500);
    assertThat(drained).isNotDone();
    painter.mayEnd.countDown();
    assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.drawings()).isEqualTo(1);

    WorkerProcess other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent("next/completed");
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    other.drain(GRACE);
  }

  @Test
  void aJobThatOutlivesTheGraceIsLeftToAnotherWorker() throws Exception {
    SlowPainter painter = new SlowPainter();
    WorkerProcess worker = worker(painter, UnaryOperator.identity());
    outside.send(request);
    painter.begun.await(30, TimeUnit.SECONDS);
    assertThat(worker.drain(Duration.ofMillis(200))).isTrue();
    assertThat(endsOf(job)).isEmpty();
    painter.mayEnd.countDown();

    WorkerProcess other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    other.drain(GRACE);
  }

  @Test
  void aJobLongerThanKafkasPollIntervalKeepsItsPlaceInTheGroup() throws Exception {
    SlowPainter painter = new SlowPainter();
    Map<String, Object> impatient =
        Map.of("max.poll.interval.ms", 2000, "session.timeout.ms", 6000);
    WorkerProcess worker = worker(painter, UnaryOperator.identity(), Map.of(), impatient);
    outside.send(request);
    painter.begun.await(30, TimeUnit.SECONDS);
    Thread.sleep(6000);
    painter.mayEnd.countDown();
    outside.awaitEvent(job + "/completed");
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    assertThat(painter.drawings()).isEqualTo(1);
    worker.drain(GRACE);
  }

  @Test
  void aDrawingWithoutAStepForTooLongIsUnhealthy() throws Exception {
    SlowPainter painter = new SlowPainter();
    painter.silent = true;
    WorkerProcess worker =
        worker(
            painter,
            UnaryOperator.identity(),
            Map.of("sanaq.worker.stuck-after", "PT1S"),
            Map.of());
    assertThat(worker.isHealthy()).isTrue();
    outside.send(request);
    painter.begun.await(30, TimeUnit.SECONDS);
    await(() -> !worker.isHealthy());
    painter.mayEnd.countDown();
    outside.awaitEvent(job + "/completed");
    assertThat(worker.isHealthy()).isTrue();
    worker.drain(GRACE);
  }

  @Test
  void workersThatComeAndGoLoseNothingAndTellNothingTwice() throws Exception {
    List<String> jobs = IntStream.range(0, 16).mapToObj(i -> job + "-" + i).toList();
    for (int i = 0; i < jobs.size(); i++) {
      outside.sendTo(i % 4, "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(jobs.get(i)));
    }
    WorkerProcess first = worker(new PatientPainter(), UnaryOperator.identity());
    outside.awaitEvent(jobs.get(0) + "/completed");
    WorkerProcess second = worker(new PatientPainter(), UnaryOperator.identity());
    Thread.sleep(1500);
    first.drain(GRACE);
    WorkerProcess third = worker(new PatientPainter(), UnaryOperator.identity());
    jobs.forEach(id -> outside.awaitEvent(id + "/completed"));
    assertThat(endsOf(job + "-\\d+"))
        .containsExactlyInAnyOrderElementsOf(jobs.stream().map(id -> id + "/completed").toList());
    second.drain(GRACE);
    third.drain(GRACE);
  }

  @Test
  void whatThePainterThrowsHasItsCodeAndTheNextJobIsDrawn() {
    GradientPainter painter =
        new GradientPainter() {
          @Override
          public Drawn draw(Drawing drawing, Progress progress) {
            return switch (drawing.prompt()) {
              case "large" -> throw new OutOfMemoryException("8 GiB", new IllegalStateException());
              case "bug" -> throw new IllegalStateException("secret");
              default -> super.draw(drawing, progress);
            };
          }
        };
    WorkerProcess worker = worker(painter, UnaryOperator.identity());
    outside.send("{\"id\":\"large\",\"prompt\":\"large\"}");
    outside.send("{\"id\":\"bug\",\"prompt\":\"bug\",\"metadata\":{\"k\":null}}");
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    assertThat(code("large")).isEqualTo("out_of_memory");
    assertThat(code("bug")).isEqualTo("internal");
    var bug = Outside.json(outside.awaitEvent("bug/failed"));
    assertThat(bug.get("error").get("message").asText()).doesNotContain("secret");
    assertThat(bug.get("metadata").has("k")).isTrue();
    assertThat(bug.get("attempts").asInt()).isEqualTo(1);
    worker.drain(GRACE);
  }

  @Test
  void aStorageThatIsAwayPutsTheJobBackForWorkersThatReachIt() {
    GradientPainter painter = new GradientPainter();
    WorkerProcess lost =
        worker(
            painter,
            UnaryOperator.identity(),
            Map.of(
                "sanaq.storage.endpoint", "http://127.0.0.1:1", "sanaq.storage.patience", "PT1S"),
            Map.of());
    outside.send(request);
    await(() -> lost.trouble().filter(why -> why.contains("storage")).isPresent());
    assertThat(endsOf(job)).isEmpty();

    WorkerProcess other = worker(painter, UnaryOperator.identity());
    outside.awaitEvent(job + "/completed");
    assertThat(endsOf(job)).containsExactly(job + "/completed");
    assertThat(lost.isHealthy()).isTrue();
    lost.drain(GRACE);
    other.drain(GRACE);
  }

  @Test
  void aPlaceThatRefusesPicturesFailsTheJobAsRetryable() {
    WorkerProcess worker =
        worker(
            new GradientPainter(),
            UnaryOperator.identity(),
            Map.of("sanaq.storage.allowed-outputs", "nowhere/", "sanaq.storage.patience", "PT1S"),
            Map.of());
    outside.send(
        "{\"id\":\"%s\",\"prompt\":\"p\",\"output\":{\"bucket\":\"nowhere\"}}".formatted(job));
    var error = Outside.json(outside.awaitEvent(job + "/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("storage_failed");
    assertThat(error.get("retryable").asBoolean()).isTrue();
    assertThat(worker.trouble()).isEmpty();
    worker.drain(GRACE);
  }

  @Test
  void aDeadLetterTooLargeForItsTopicIsCut() {
    WorkerProcess worker = worker(new GradientPainter(), UnaryOperator.identity());
    // With its own overhead it just fits; with the letter's headers it does not.
    outside.send(new byte[1024 * 1024 - 100]);
    outside.send(request);
    outside.awaitEvent(job + "/completed");
    var letter = outside.awaitLetters(1).get(0);
    assertThat(header(letter, "sanaq-cut-from-bytes")).isEqualTo("" + (1024 * 1024 - 100));
    assertThat(header(letter, "sanaq-reason")).contains("at most");
    worker.drain(GRACE);
  }

  private WorkerProcess worker(
      GradientPainter painter, UnaryOperator<Producer<byte[], byte[]>> producers) {
    return worker(painter, producers, Map.of(), Map.of());
  }

  private WorkerProcess worker(
      GradientPainter painter,
      UnaryOperator<Producer<byte[], byte[]>> producers,
      Map<String, String> more,
      Map<String, Object> moreKafka) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.worker.retry-pause", "PT0.3S");
    config.putAll(more);
    WorkerProcess.Settings settings = TestSettings.of(config);
    settings.kafka().putAll(moreKafka);
    WorkerProcess worker =
        WorkerProcess.start(
            settings, painter, Clock.systemUTC(), TestSettings.noTelemetry(), producers);
    workers.add(worker);
    return worker;
  }

  /** Terminal events of a job, once no more come. */
  private List<String> endsOf(String id) {
    return outside.settle().stream()
        .map(event -> header(event, "ce_id"))
        .filter(eventId -> eventId.matches(id + "/(completed|failed)"))
        .toList();
  }

  private String code(String id) {
    return Outside.json(outside.awaitEvent(id + "/failed")).get("error").get("code").asText();
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
                DeliveryTest.class.getClassLoader(),
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
  private static final class PatientPainter extends GradientPainter {
    @Override
    public Drawn draw(Drawing drawing, Progress progress) {
      for (int i = 0; i < 6; i++) {
        progress.stepped(0, drawing.steps());
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
      return super.draw(drawing, progress);
    }
  }

  /** Goes on drawing until it may end: step after step, or silently. */
  private static final class SlowPainter extends GradientPainter {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private volatile boolean silent;

    @Override
    public Drawn draw(Drawing drawing, Progress progress) {
      begun.countDown();
      try {
        while (!mayEnd.await(50, TimeUnit.MILLISECONDS)) {
          if (!silent) {
            progress.stepped(1, drawing.steps());
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.draw(drawing, progress);
    }
  }
}
