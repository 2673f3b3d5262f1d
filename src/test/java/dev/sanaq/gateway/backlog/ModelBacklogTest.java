package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.pool.TestModelPools;
import dev.sanaq.gateway.view.JobSnapshot;
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
import org.junit.jupiter.api.Test;

/** The backlog of a gateway before several models. */
class ModelBacklogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final GatewayConfig CONFIG = TestSettings.mapping(GatewayConfig.class, Map.of());
  private static final LimitsConfig LIMITS = TestSettings.mapping(LimitsConfig.class, Map.of());

  /** Neither the work nor the speed of one model is that of the other. */
  @Test
  void severalModels_haveTheirOwnWorkAndQueues() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);
    ModelPool sprint = pools.find("sprint").orElseThrow();
    ModelPool finals = pools.find("finals").orElseThrow();
    JobView jobs = new JobView(CONFIG, LIMITS, pools);
    LiveWorkers live = new LiveWorkers(pools, CLOCK);
    Backlog several = new Backlog(jobs, live, pools, LIMITS, CLOCK);
    live.onStatus(new WorkerStatus("w", true, 60, "sprint", 1024, 1024, 2), NOW);
    for (int i = 0; i < 4; i++) {
      jobs.onRequest("draft-" + i, submittedTo("sprint", i), Map.of());
    }
    jobs.onRequest("final-0", submittedTo("finals", 9), Map.of());
    CloudEvent completed =
        event(
            "draft-0",
            JobEventFactory.COMPLETED,
            "completed",
            Map.of("deviceSeconds", 2, "model", "sprint", "request", Map.of("steps", 2)));
    several.observe(completed);
    jobs.onEvent(completed);

    double ofFinals = 0.5 * (2.048 * 2.048 + 0.1) * (20 + 4);
    assertThat(several.state(sprint).seconds()).isCloseTo(6, within(1e-9));
    assertThat(several.state(sprint).queued()).isEqualTo(3);
    assertThat(several.state(sprint).workers()).isEqualTo(1);
    assertThat(several.state(finals).seconds()).isCloseTo(ofFinals, within(1e-9));
    assertThat(several.state(finals).queued()).isEqualTo(1);
    assertThat(several.state().seconds()).isCloseTo(6 + ofFinals, within(1e-9));
    assertThat(several.state().queued()).isEqualTo(4);
    assertThat(several.queueEstimate(jobs.find("draft-3").orElseThrow()))
        .isEqualTo(new Backlog.QueueEstimate(3, 4));
    assertThat(several.queueEstimate(jobs.find("final-0").orElseThrow()))
        .isEqualTo(new Backlog.QueueEstimate(1, 0));
    assertThat(several.noWorkerReason(sprint)).isEmpty();
    assertThat(several.noWorkerReason(finals)).isPresent();
    assertThat(jobs.oldestQueued("finals").orElseThrow().id()).isEqualTo("final-0");
  }

  /** Retention deletes records of one topic; those of the other have the same offsets. */
  @Test
  void deletedRequestsOfOneModel_leaveThoseOfTheOther() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);
    JobView jobs = new JobView(CONFIG, LIMITS, pools);
    jobs.onRequest("a", submittedTo("sprint", 0), Map.of());
    jobs.onRequest("b", submittedTo("finals", 0), Map.of());
    assertThat(jobs.dropDeleted("finals", Map.of(0, 1L))).isEqualTo(1);
    assertThat(jobs.find("a")).isPresent();
    assertThat(jobs.find("b")).isEmpty();
  }

  private static JobSnapshot.SubmittedRequest submittedTo(String model, int second) {
    return new JobSnapshot.SubmittedRequest(
        NOW.plusSeconds(second), "{}", "f", false, model, 0, second);
  }

  private static CloudEvent event(String id, String type, String name, Map<String, Object> data) {
    return new CloudEvent(id + "/" + name, "/test", type, id, NOW, data, "");
  }
}
