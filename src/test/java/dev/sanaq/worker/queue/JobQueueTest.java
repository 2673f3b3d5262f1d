package dev.sanaq.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.testing.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The order of the queue, and which jobs share a batch. */
class JobQueueTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final JobQueue queue =
      new JobQueue(new ActiveJobs(), Duration.ofMinutes(1), 3, Duration.ZERO, batchKey -> 4);
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
        .as("alone, although it does not fit")
        .containsExactly("eight");
  }

  @Test
  void batch_countsCandidatesAsImages_andKeepsDraftsApart() throws Exception {
    queue.add(execution("four", Map.of("candidates", 4), NOW));
    queue.add(execution("one", Map.of(), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("four");
    assertThat(ids(queue.takeBatch())).containsExactly("one");
    queue.add(execution("plain", Map.of(), NOW));
    queue.add(execution("drafted", Map.of("candidates", 2, "draftSteps", 2), NOW));
    queue.add(execution("scored", Map.of("candidates", 2), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("plain", "scored");
    assertThat(ids(queue.takeBatch())).containsExactly("drafted");
  }

  @Test
  void quarantinedJob_isTakenAlone() throws Exception {
    JobExecution quarantined = execution("quarantined", Map.of(), NOW);
    quarantined.quarantine();
    queue.add(execution("first", Map.of(), NOW));
    queue.add(quarantined);
    queue.add(execution("last", Map.of(), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("first", "last");
    assertThat(ids(queue.takeBatch())).containsExactly("quarantined");
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
  void sameId_jobTakenOutOfTurn_keepsTheIdUntilItEnds() throws Exception {
    JobExecution first = execution("same", Map.of(), NOW);
    queue.add(first);
    queue.add(execution("same", Map.of("seed", 2), NOW));
    queue.add(execution("same", Map.of("seed", 3), NOW));
    queue.add(execution("other", Map.of(), NOW));
    assertThat(queue.takeIf(execution -> execution.job().id().equals("same")))
        .containsExactly(first);
    assertThat(ids(queue.takeBatch())).containsExactly("other");
    queue.releaseId(first);
    assertThat(ids(queue.takeBatch())).as("one at a time").containsExactly("same");
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void removedJob_isGone_nextOfSameIdMovesUp() throws Exception {
    JobExecution first = execution("same", Map.of(), NOW);
    queue.add(first);
    queue.add(execution("same", Map.of("steps", 7), NOW));
    assertThat(queue.removeIf(execution -> execution == first)).containsExactly(first);
    assertThat(queue.takeBatch().get(0).job().steps()).isEqualTo(7);
    assertThat(queue.removeIf(execution -> true)).isEmpty();
  }

  @Test
  void partialBatch_lingersForMoreJobs() throws Exception {
    JobQueue lingering =
        new JobQueue(
            new ActiveJobs(), Duration.ofMinutes(1), 2, Duration.ofSeconds(20), batchKey -> 4);
    lingering.add(execution("a", Map.of(), NOW));
    CompletableFuture<List<JobExecution>> taken = takeInBackground(lingering);
    lingering.add(execution("b", Map.of(), NOW));
    assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly("a", "b");
  }

  @Test
  void jobThatWaitedForDevice_doesNotLinger() throws Exception {
    Duration linger = Duration.ofSeconds(1);
    JobQueue lingering =
        new JobQueue(new ActiveJobs(), Duration.ofMinutes(1), 2, linger, batchKey -> 4);
    lingering.add(execution("a", Map.of(), NOW));
    // Real time: the queue measures by System.nanoTime how long a job has waited.
    Pause.of(linger);
    long start = System.nanoTime();
    assertThat(ids(lingering.takeBatch())).containsExactly("a");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(linger.dividedBy(2));
  }

  @Test
  void largeRequests_fillTheQueueBeforeItsCapacity() {
    WorkerJobs jobs = new WorkerJobs(queue, new ActiveJobs(), 1000);
    for (int i = 0; i < 31; i++) {
      queue.add(JobExecutions.queued("same", Map.of(), NOW, offset++, 256 * 1024));
    }
    assertThat(jobs.isQueueFull()).isFalse();
    queue.add(JobExecutions.queued("other", Map.of(), NOW, offset++, 256 * 1024));
    assertThat(jobs.isQueueFull()).isTrue();
  }

  @Test
  void jobThatWaitsForItsAdapters_isPassedOver_untilTheyAreThere() throws Exception {
    CompletableFuture<Void> fetch = new CompletableFuture<>();
    JobExecution slow = execution("slow", Map.of(), NOW);
    slow.awaitAdapters(fetch);
    queue.add(slow);
    queue.add(execution("other", Map.of(), NOW));
    assertThat(ids(queue.takeBatch())).containsExactly("other");

    CompletableFuture<List<JobExecution>> taken = takeInBackground(queue);
    Pause.of(Duration.ofMillis(200));
    assertThat(taken).isNotDone();
    fetch.complete(null);
    assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly("slow");
  }

  @Test
  void jobWhoseAdaptersFail_isTaken_andSaysWhy() throws Exception {
    JobExecution job = execution("bad", Map.of(), NOW);
    job.awaitAdapters(CompletableFuture.failedFuture(new IllegalStateException("no file")));
    queue.add(job);
    assertThat(ids(queue.takeBatch())).containsExactly("bad");
    assertThatThrownBy(job::requireFetchedAdapters).hasMessage("no file");
  }

  @Test
  void onlyJob_cancelledWhileItLingers_doesNotEndTheQueue() throws Exception {
    JobQueue lingering =
        new JobQueue(
            new ActiveJobs(), Duration.ofMinutes(1), 2, Duration.ofMillis(300), batchKey -> 4);
    lingering.add(execution("a", Map.of(), NOW));
    CompletableFuture<List<JobExecution>> taken = takeInBackground(lingering);
    Pause.of(Duration.ofMillis(100));
    assertThat(lingering.takeIf(job -> true)).hasSize(1);
    Pause.of(Duration.ofMillis(400));
    lingering.add(execution("b", Map.of(), NOW));
    assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly("b");
  }

  @Test
  void closedQueue_returnsEmptyBatch() throws Exception {
    queue.add(execution("a", Map.of(), NOW));
    queue.close();
    assertThat(queue.takeBatch()).isEmpty();
  }

  private static CompletableFuture<List<JobExecution>> takeInBackground(JobQueue queue) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return queue.takeBatch();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  private List<String> takeInOrder(int count) throws InterruptedException {
    List<String> order = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.addAll(ids(queue.takeBatch()));
    }
    return order;
  }

  private static List<String> ids(List<JobExecution> executions) {
    return executions.stream().map(execution -> execution.job().id()).toList();
  }

  private JobExecution execution(String id, Map<String, Object> fields, Instant received) {
    return JobExecutions.queued(id, fields, received, offset++);
  }
}
