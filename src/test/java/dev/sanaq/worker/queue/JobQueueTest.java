package dev.sanaq.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.worker.ModelAdapter;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Who leaves the desk when, and with whom. */
class JobQueueTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final OutputLocation HOME = new OutputLocation("home", "");
  private static final OffsetTracker TRACKER = OffsetTracker.from(null);
  private static final RequestValidator RULES =
      new RequestValidator(
          ModelAdapter.defaults(GradientImageGenerator.MODEL),
          new RequestLimits(100, 4096, 50, 20, 8, 200, false, false, HOME, List.of(HOME)));

  private final JobQueue queue = new JobQueue(Duration.ofMinutes(1), 3, Duration.ZERO, shape -> 4);
  private long offset;

  @Test
  void priorities_highBeforeNormalBeforeLow() throws Exception {
    queue.add(execution("low", Map.of("priority", "low", "steps", 1), NOW));
    queue.add(execution("normal", Map.of("steps", 2), NOW));
    queue.add(execution("high", Map.of("priority", "high", "steps", 3), NOW.plusSeconds(1)));
    assertThat(takeInOrder(3)).containsExactly("high", "normal", "low");
  }

  @Test
  void lowPriority_afterAging_overtakesNormal() throws Exception {
    queue.add(execution("low", Map.of("priority", "low", "steps", 1), NOW));
    for (int i = 0; i < 5; i++) {
      queue.add(execution("normal-" + i, Map.of("steps", 2 + i), NOW.plusSeconds(58 + i)));
    }
    assertThat(takeInOrder(6))
        .containsExactly("normal-0", "normal-1", "low", "normal-2", "normal-3", "normal-4");
  }

  @Test
  void sameBatchKey_areTakenTogetherUpToBatchSize() throws Exception {
    for (int i = 0; i < 4; i++) {
      queue.add(execution("a" + i, Map.of("prompt", "p" + i, "guidanceScale", 2 + i), NOW));
    }
    queue.add(execution("b", Map.of("steps", 9), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("a0", "a1", "a2");
    assertThat(ids(queue.takeBatch())).containsExactly("a3");
    assertThat(ids(queue.takeBatch())).containsExactly("b");
  }

  @Test
  void batch_neverExceedsImagesThatFitMemory() throws Exception {
    queue.add(execution("three", Map.of("count", 3), NOW));
    queue.add(execution("two", Map.of("count", 2), NOW));
    queue.add(execution("one", Map.of(), NOW));
    queue.add(execution("eight", Map.of("count", 8), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("three", "one");
    assertThat(ids(queue.takeBatch())).containsExactly("two");
    assertThat(ids(queue.takeBatch()))
        .as("however many: it must be drawn")
        .containsExactly("eight");
  }

  @Test
  void quarantinedJob_isTakenAlone() throws Exception {
    JobExecution suspect = execution("suspect", Map.of(), NOW);
    suspect.quarantine();
    queue.add(execution("first", Map.of(), NOW));
    queue.add(suspect);
    queue.add(execution("last", Map.of(), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("first", "last");
    assertThat(ids(queue.takeBatch())).containsExactly("suspect");
  }

  @Test
  void sameId_secondJob_waitsForFirstToFinish() throws Exception {
    JobExecution first = execution("same", Map.of(), NOW);
    queue.add(first);
    queue.add(execution("same", Map.of(), NOW));
    queue.add(execution("other", Map.of(), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("same", "other");
    assertThat(queue.size()).isEqualTo(1);
    queue.releaseId(first);
    assertThat(ids(queue.takeBatch())).containsExactly("same");
    assertThat(queue.size()).isZero();
  }

  @Test
  void removedJob_isGone_nextOfSameIdMovesUp() throws Exception {
    JobExecution first = execution("same", Map.of(), NOW);
    queue.add(first);
    queue.add(execution("same", Map.of("steps", 7), NOW));
    assertThat(queue.removeIf(ticket -> ticket == first)).containsExactly(first);
    assertThat(queue.takeBatch().get(0).job().steps()).isEqualTo(7);
    assertThat(queue.removeIf(ticket -> true)).isEmpty();
  }

  @Test
  void partialBatch_lingersForMoreJobs() throws Exception {
    JobQueue patient = new JobQueue(Duration.ofMinutes(1), 2, Duration.ofSeconds(20), shape -> 4);
    patient.add(execution("a", Map.of(), NOW));
    CompletableFuture<List<JobExecution>> taken =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return patient.takeBatch();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    patient.add(execution("b", Map.of(), NOW));
    assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly("a", "b");
  }

  @Test
  void jobThatWaitedForDevice_doesNotLinger() throws Exception {
    Duration wait = Duration.ofSeconds(1);
    JobQueue patient = new JobQueue(Duration.ofMinutes(1), 2, wait, shape -> 4);
    patient.add(execution("a", Map.of(), NOW));
    Thread.sleep(wait.toMillis());
    long began = System.nanoTime();
    assertThat(ids(patient.takeBatch())).containsExactly("a");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(wait.dividedBy(2));
  }

  @Test
  void closedQueue_returnsEmptyBatch() throws Exception {
    queue.add(execution("a", Map.of(), NOW));
    queue.close();
    assertThat(queue.takeBatch()).isEmpty();
  }

  private List<String> takeInOrder(int count) throws InterruptedException {
    List<String> order = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.addAll(ids(queue.takeBatch()));
    }
    return order;
  }

  private static List<String> ids(List<JobExecution> tickets) {
    return tickets.stream().map(ticket -> ticket.job().id()).toList();
  }

  private JobExecution execution(String id, Map<String, Object> more, Instant received) {
    Map<String, Object> fields = new HashMap<>(Map.of("id", id, "prompt", "p"));
    fields.putAll(more);
    Job job = ((ValidationResult.Valid) RULES.validate(new GenerationRequest(fields), id)).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, offset++, new byte[0], new byte[0]);
    JobSpan trace = new JobTracer(OpenTelemetry.noop()).startSpan(record, job, received);
    return new JobExecution(record, TRACKER, job, trace, received);
  }
}
