package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final GatewayConfig CONFIG =
      new SmallRyeConfigBuilder()
          .withMapping(GatewayConfig.class)
          .withDefaultValue("sanaq.gateway.max-retained-jobs", "3")
          .withDefaultValue("sanaq.gateway.max-open-request-bytes", "1000")
          .build()
          .getConfigMapping(GatewayConfig.class);

  private final JobView view = new JobView(CONFIG);
  private final Backlog backlog = new Backlog(view, CONFIG, Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void estimate_knownJobCost_usesMeasuredSeconds() {
    backlog.observe(completed("before", 1000, 10, 8));
    submitRequest("a", 0, 1000, 10);
    submitRequest("b", 1, 1000, 10);
    assertThat(backlog.state().seconds()).isEqualTo(16);
    assertThat(backlog.queueEstimate("a")).isEqualTo(new Backlog.QueueEstimate(1, 0));
    assertThat(backlog.queueEstimate("b")).isEqualTo(new Backlog.QueueEstimate(2, 8));
  }

  @Test
  void estimate_unknownJobCost_scalesByMegapixelSteps() {
    backlog.observe(completed("before", 1000, 10, 8));
    submitRequest("a", 0, 2000, 20);
    assertThat(backlog.state().seconds()).isCloseTo(64, within(1e-9));
  }

  @Test
  void estimate_withoutMeasurements_usesConfig() {
    submitRequest("a", 0, 1000, 20);
    assertThat(backlog.state().seconds()).isCloseTo(1, within(1e-9));
  }

  @Test
  void estimate_runningJobs_subtractsProgressAndSharesByWorkers() {
    backlog.observe(completed("before", 1000, 10, 8));
    for (String id : new String[] {"a", "b"}) {
      submitRequest(id, 0, 1000, 10);
      view.onEvent(
          event(
              id,
              JobEventFactory.STARTED,
              "started",
              Map.of("worker", id, "request", fields(1000, 10))));
      view.onEvent(
          event(id, JobEventFactory.PROGRESS, "progress/5", Map.of("step", 5, "steps", 10)));
    }
    submitRequest("c", 1, 1000, 10);
    Backlog.State state = backlog.state();
    assertThat(state).isEqualTo(new Backlog.State(16, 1, 2, 2));
    assertThat(backlog.queueEstimate("c")).isEqualTo(new Backlog.QueueEstimate(1, 4));
  }

  @Test
  void estimate_absurdNumbers_staysFinite() {
    backlog.observe(completed("before", 1000, 10, -1));
    view.onRequest(
        "a",
        new JobSnapshot.SubmittedRequest(NOW, "{}", "f", false),
        Map.of("width", 1e300, "height", -5, "steps", "x", "count", 1_000_000));
    assertThat(backlog.state().seconds()).isFinite().isNotNegative();
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
          fields(1000, 20));
    }
    assertThat(view.queuedJobs())
        .extracting(BacklogTest::requestOf)
        .containsExactly(json, json, json, "{}", "{}");
    assertThat(view.find("job-4").orElseThrow().fingerprint()).isEqualTo("f4");
    assertThat(backlog.state()).isEqualTo(new Backlog.State(5, 5, 0, 1));
    assertThat(backlog.queueEstimate("job-4")).isEqualTo(new Backlog.QueueEstimate(5, 4));

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
    view.onRequest(
        id,
        new JobSnapshot.SubmittedRequest(NOW.plusSeconds(second), "{}", "f", false),
        fields(side, steps));
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
}
