package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final GatewayConfig CONFIG =
      new SmallRyeConfigBuilder()
          .withMapping(GatewayConfig.class)
          .build()
          .getConfigMapping(GatewayConfig.class);

  private final JobView view = new JobView(3, CONFIG.model());
  private final Backlog backlog =
      new Backlog(view, CONFIG.model(), Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void workIsReckonedByWhatTheSameShapeTook() {
    backlog.learn(completed("before", 1000, 10, 8));
    asked("a", 0, 1000, 10);
    asked("b", 1, 1000, 10);
    assertThat(backlog.state().seconds()).isEqualTo(16);
    assertThat(backlog.outlook("a")).isEqualTo(new Backlog.Outlook(1, 0));
    assertThat(backlog.outlook("b")).isEqualTo(new Backlog.Outlook(2, 8));
  }

  @Test
  void aShapeNotSeenYetIsReckonedByMegapixelsAndSteps() {
    backlog.learn(completed("before", 1000, 10, 8));
    asked("a", 0, 2000, 20);
    assertThat(backlog.state().seconds()).isCloseTo(64, within(1e-9));
  }

  @Test
  void beforeAnythingIsMeasuredTheConfigurationCounts() {
    asked("a", 0, 1000, 20);
    assertThat(backlog.state().seconds()).isCloseTo(1, within(1e-9));
  }

  @Test
  void whatIsDoneOfRunningJobsIsNotLeftAndTheirWorkersShareTheRest() {
    backlog.learn(completed("before", 1000, 10, 8));
    for (String id : new String[] {"a", "b"}) {
      asked(id, 0, 1000, 10);
      view.told(
          event(id, Events.STARTED, "started", Map.of("worker", id, "request", fields(1000, 10))));
      view.told(event(id, Events.PROGRESS, "progress/5", Map.of("step", 5, "steps", 10)));
    }
    asked("c", 1, 1000, 10);
    Backlog.State state = backlog.state();
    assertThat(state).isEqualTo(new Backlog.State(16, 1, 2, 2));
    assertThat(backlog.outlook("c")).isEqualTo(new Backlog.Outlook(1, 4));
  }

  @Test
  void numbersThatNobodyMeansDoNoHarm() {
    backlog.learn(completed("before", 1000, 10, -1));
    view.asked(
        "a",
        new ViewedJob.Asked(NOW, "{}", "f", false),
        Map.of("width", 1e300, "height", -5, "steps", "x", "count", 1_000_000));
    assertThat(backlog.state().seconds()).isFinite().isNotNegative();
  }

  @Test
  void endedJobsAreForgottenOldestFirstAndOpenOnesNever() {
    for (int i = 0; i < 10; i++) {
      asked("job-" + i, i, 64, 1);
    }
    for (int i = 5; i < 10; i++) {
      view.told(completed("job-" + i, 64, 1, 1));
    }
    assertThat(view.open()).hasSize(5);
    assertThat(view.find("job-5")).isEmpty();
    assertThat(view.find("job-6")).isEmpty();
    assertThat(view.find("job-9")).isPresent();
  }

  @Test
  void theOrderInWhichTopicsAreReadMakesNoDifference() {
    view.told(completed("a", 64, 1, 1));
    view.told(event("a", Events.PROGRESS, "progress/1", Map.of()));
    view.told(event("a", Events.FAILED, "failed", Map.of()));
    asked("a", -5, 64, 1);
    ViewedJob job = view.find("a").orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.COMPLETED);
    assertThat(job.since()).isEqualTo(NOW.plusSeconds(-5));
    assertThat(view.open()).isEmpty();
  }

  private void asked(String id, int second, int side, int steps) {
    view.asked(
        id, new ViewedJob.Asked(NOW.plusSeconds(second), "{}", "f", false), fields(side, steps));
  }

  private static Map<String, Object> fields(int side, int steps) {
    return Map.of("width", side, "height", side, "steps", steps);
  }

  private static CloudEvent completed(String id, int side, int steps, double seconds) {
    return event(
        id,
        Events.COMPLETED,
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
