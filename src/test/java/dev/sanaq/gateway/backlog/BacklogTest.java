package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.pool.TestModelPools;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.testing.TestSettings;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacklogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final GatewayConfig CONFIG =
      TestSettings.mapping(
          GatewayConfig.class,
          Map.of(
              "sanaq.gateway.max-retained-jobs", "3",
              "sanaq.gateway.max-open-request-bytes", "1000"));
  private static final LimitsConfig LIMITS = TestSettings.mapping(LimitsConfig.class, Map.of());

  /** Seconds of the default request before anything is known of workers. */
  private static final double ASSUMED = 0.05 * (1.024 * 1.024 + 0.1) * (20 + 4);

  private static final ModelPools POOLS = TestModelPools.ofOne();

  private final JobView view = new JobView(CONFIG, LIMITS, POOLS);
  private final LiveWorkers workers = new LiveWorkers(POOLS, CLOCK);
  private final Backlog backlog = new Backlog(view, workers, POOLS, LIMITS, CLOCK);

  @Test
  void estimate_measuredJob_scalesBySteps() {
    complete("before", 1000, 10, 7);
    submitRequest("a", 0, 1000, 10);
    submitRequest("b", 1, 64, 24);
    assertThat(backlog.state().seconds()).isCloseTo(7 + 14, within(1e-9));
    assertThat(queueEstimate("a")).isEqualTo(new Backlog.QueueEstimate(1, 0));
    assertThat(queueEstimate("b")).isEqualTo(new Backlog.QueueEstimate(2, 7));
  }

  @Test
  void estimate_withoutMeasurements_usesConfig() {
    view.onRequest("a", submitted(0, "{}"), Map.of());
    assertThat(backlog.state().seconds()).isCloseTo(ASSUMED, within(1e-9));
  }

  /** The request came before the report of the model. */
  @Test
  void estimate_missingFields_areThoseOfTheWorkersModel() {
    view.onRequest("a", submitted(0, "{}"), Map.of());
    reportWorker("w", true);
    assertThat(backlog.state().seconds())
        .isCloseTo(0.05 * (0.512 * 0.512 + 0.1) * (4 + 4), within(1e-9));
  }

  /**
   * Jobs of a small model without a size: until its worker tells its size they count as 1024 px.
   */
  @Test
  void fiftyJobsOfSmallModel_areFarBelowMaxBacklog() {
    for (int i = 0; i < 3; i++) {
      complete("before-" + i, 128, 20, 1);
    }
    for (int i = 0; i < 50; i++) {
      view.onRequest("waiting-" + i, submitted(i, "{}"), Map.of());
    }
    double maxBacklog = CONFIG.maxBacklog().toSeconds();
    workers.onStatus(new WorkerStatus("w", true, 60, "m", 128, 128, 20), NOW);
    assertThat(backlog.state().queued()).isEqualTo(50);
    assertThat(backlog.state().seconds()).isCloseTo(50, within(1.0)).isLessThan(maxBacklog / 10);
  }

  @Test
  void estimate_runningJobs_subtractsProgressAndSharesByLiveWorkers() {
    complete("before", 1000, 10, 8);
    for (String id : new String[] {"a", "b"}) {
      reportWorker(id, true);
      submitRequest(id, 0, 1000, 10);
      start(id, 10);
      view.onEvent(
          event(id, JobEventFactory.PROGRESS, "progress/5", Map.of("step", 5, "steps", 10)));
    }
    submitRequest("c", 1, 1000, 10);
    assertThat(backlog.state()).isEqualTo(new Backlog.State(16, 1, 2, 2));
    assertThat(queueEstimate("c")).isEqualTo(new Backlog.QueueEstimate(1, 4));
  }

  @Test
  void noLiveWorker_isInTheState_andTheWaitIsThatOfOneWorker() {
    complete("before", 1000, 10, 8);
    submitRequest("a", 0, 1000, 10);
    assertThat(backlog.state().workers()).isZero();
    assertThat(backlog.state().secondsToWait()).isEqualTo(8);
    assertThat(backlog.noWorkerReason(POOLS.defaultPool()))
        .get()
        .asString()
        .contains("none has reported");
  }

  /** Such a request comes by Kafka; a worker refuses it without work. */
  @ParameterizedTest
  @CsvSource({"1e300, 1e300, 1e300", "4096, 2147483647, 2147483647", "4096, 100, 8"})
  void requestPastTheLimits_countsAsTheLargestValidOne(double side, double steps, double count) {
    view.onRequest(
        "a",
        submitted(0, "{}"),
        Map.of(
            "width",
            side,
            "height",
            side,
            "steps",
            steps,
            "count",
            count,
            "resolutionBinning",
            false));
    assertThat(backlog.state().seconds())
        .isCloseTo(0.05 * (4.096 * 4.096 + 0.1) * 104 * 8, within(1e-6));
  }

  @Test
  void absurdFields_giveFiniteBacklog() {
    complete("before", 1000, 10, -1);
    view.onRequest(
        "a",
        submitted(0, "{}"),
        Map.of("width", Double.NaN, "height", -5, "steps", "x", "model", "unknown"));
    assertThat(backlog.state().seconds()).isFinite().isNotNegative();
  }

  @Test
  void repeatedCompletedEvent_isOneMeasurement() {
    complete("slow", 1000, 10, 70);
    complete("quick", 1000, 10, 7);
    complete("quick too", 1000, 10, 7);
    for (int i = 0; i < 100; i++) {
      complete("slow", 1000, 10, 70);
    }
    submitRequest("a", 0, 1000, 10);
    assertThat(backlog.state().seconds()).isCloseTo(7, within(1e-9));
  }

  @Test
  void jobsThatEndWithoutImages_leaveTheBacklog_andTeachNothing() {
    complete("before", 1000, 10, 7);
    for (int i = 0; i < 40; i++) {
      for (String type : new String[] {JobEventFactory.FAILED, JobEventFactory.CANCELLED}) {
        String id = type + i;
        submitRequest(id, i, 4096, 100);
        if (i % 2 == 0) {
          start(id, 100);
        }
        CloudEvent end =
            event(id, type, type.contains("failed") ? "failed" : "cancelled", Map.of());
        backlog.observe(end);
        view.onEvent(end);
      }
    }
    submitRequest("a", 0, 1000, 10);
    assertThat(backlog.state()).isEqualTo(new Backlog.State(7, 1, 0, 0));
  }

  /** The job runs again from its first step. */
  @Test
  void jobOfAWorkerThatDied_countsWholeAgainOnceItIsRestarted() {
    complete("before", 1000, 10, 8);
    submitRequest("a", 0, 1000, 10);
    start("a", 10);
    view.onEvent(
        event("a", JobEventFactory.PROGRESS, "progress/9", Map.of("step", 9, "steps", 10)));
    start("a", 10);
    assertThat(backlog.state().seconds()).isCloseTo(8, within(1e-9));
  }

  @Test
  void retention_dropsOldestEndedJobs_neverOpenJobs() {
    for (int i = 0; i < 10; i++) {
      submitRequest("job-" + i, i, 64, 1);
    }
    for (int i = 5; i < 10; i++) {
      view.onEvent(completed("job-" + i, 64, 1, 1));
    }
    assertThat(view.queuedJobs()).hasSize(5);
    assertThat(view.find("job-5")).isEmpty();
    assertThat(view.find("job-6")).isEmpty();
    assertThat(view.find("job-9")).isPresent();
  }

  @Test
  void requestsBeyondBound_onlyFieldsAreDropped_backlogCountsAllJobs() {
    String json = "{\"prompt\":\"%s\"}".formatted("x".repeat(300));
    for (int i = 0; i < 5; i++) {
      view.onRequest(
          "job-" + i,
          new JobSnapshot.SubmittedRequest(NOW.plusSeconds(i), json, "f" + i, false),
          Map.of());
    }
    assertThat(view.queuedJobs())
        .extracting(BacklogTest::requestOf)
        .containsExactly(json, json, json, "{}", "{}");
    assertThat(view.find("job-4").orElseThrow().fingerprint()).isEqualTo("f4");
    assertThat(backlog.state().seconds()).isCloseTo(5 * ASSUMED, within(1e-9));
    assertThat(backlog.state().queued()).isEqualTo(5);
    assertThat(queueEstimate("job-4")).isEqualTo(new Backlog.QueueEstimate(5, 6));

    view.onEvent(completed("job-0", 1000, 20, 1));
    view.onRequest(
        "job-5",
        new JobSnapshot.SubmittedRequest(NOW.plusSeconds(5), json, "f5", false),
        fields(1000, 20));
    assertThat(requestOf(view.find("job-5").orElseThrow())).isEqualTo(json);
  }

  private static String requestOf(JobSnapshot job) {
    return Objects.requireNonNull(job.submittedRequest()).json();
  }

  @Test
  void jobView_anyTopicOrder_givesSameState() {
    view.onEvent(completed("a", 64, 1, 1));
    view.onEvent(event("a", JobEventFactory.PROGRESS, "progress/1", Map.of()));
    view.onEvent(event("a", JobEventFactory.FAILED, "failed", Map.of()));
    submitRequest("a", -5, 64, 1);
    JobSnapshot job = view.find("a").orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.COMPLETED);
    assertThat(job.submittedAt()).isEqualTo(NOW.plusSeconds(-5));
    assertThat(view.queuedJobs()).isEmpty();
  }

  private void submitRequest(String id, int second, int side, int steps) {
    view.onRequest(id, submitted(second, "{}"), fields(side, steps));
  }

  private static JobSnapshot.SubmittedRequest submitted(int second, String json) {
    return new JobSnapshot.SubmittedRequest(NOW.plusSeconds(second), json, "f", false);
  }

  private void start(String id, int steps) {
    view.onEvent(
        event(
            id,
            JobEventFactory.STARTED,
            "started",
            Map.of("worker", id, "request", fields(1000, steps))));
  }

  private void complete(String id, int side, int steps, double seconds) {
    CloudEvent event = completed(id, side, steps, seconds);
    backlog.observe(event);
    view.onEvent(event);
  }

  private void reportWorker(String worker, boolean ready) {
    workers.onStatus(new WorkerStatus(worker, ready, 60, "m", 512, 512, 4), NOW);
  }

  private static Map<String, Object> fields(int side, int steps) {
    return Map.of("width", side, "height", side, "steps", steps);
  }

  private static CloudEvent completed(String id, int side, int steps, double seconds) {
    return event(
        id,
        JobEventFactory.COMPLETED,
        "completed",
        Map.of(
            "request",
            fields(side, steps),
            "timings",
            Map.of("denoise", 99),
            "deviceSeconds",
            seconds));
  }

  private static CloudEvent event(String id, String type, String name, Map<String, Object> data) {
    return new CloudEvent(id + "/" + name, "/test", type, id, NOW, data, "");
  }

  private Backlog.QueueEstimate queueEstimate(String id) {
    return backlog.queueEstimate(view.find(id).orElseThrow());
  }
}
