package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.pool.TestModelPools;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.testing.TestSettings;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobLatencyTest {
  private static final Instant ASKED = Instant.parse("2026-01-01T00:00:00Z");
  private static final GatewayConfig CONFIG = TestSettings.mapping(GatewayConfig.class, Map.of());
  private static final LimitsConfig LIMITS = TestSettings.mapping(LimitsConfig.class, Map.of());

  private static final ModelPools POOLS = TestModelPools.ofOne();

  private final JobView view = new JobView(CONFIG, LIMITS, POOLS);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void bind() {
    new JobLatency(CONFIG, POOLS, view, new LiveWorkers(POOLS, Clock.systemUTC())).bindTo(registry);
  }

  @ParameterizedTest
  @CsvSource({"512, small", "1024, small", "0, small", "2048, medium", "4096, large"})
  void completedJob_isMeasuredBySize(int side, String size) {
    view.onCaughtUp();
    ask("a", side);
    end("a", JobEventFactory.COMPLETED, 42);
    assertThat(timer(size).count()).isOne();
    assertThat(timer(size).totalTime(TimeUnit.SECONDS)).isEqualTo(42);
  }

  /** A gateway reads both topics from their beginning: old jobs would all be measured again. */
  @Test
  void jobsBeforeStart_areNotMeasured() {
    ask("a", 1024);
    end("a", JobEventFactory.COMPLETED, 42);
    ask("b", 1024);
    view.onCaughtUp();
    end("b", JobEventFactory.COMPLETED, 7);
    assertThat(timer("small").totalTime(TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void repeatedEvent_otherOutcomes_unknownJobs_areNotMeasured() {
    view.onCaughtUp();
    ask("a", 1024);
    end("a", JobEventFactory.COMPLETED, 5);
    end("a", JobEventFactory.COMPLETED, 50);
    ask("b", 1024);
    end("b", JobEventFactory.FAILED, 5);
    end("unknown", JobEventFactory.COMPLETED, 5);
    assertThat(timer("small").count()).isOne();
  }

  @Test
  void earlierEventThanRequest_countsAsZero() {
    view.onCaughtUp();
    ask("a", 1024);
    end("a", JobEventFactory.COMPLETED, -1);
    assertThat(timer("small").count()).isOne();
    assertThat(timer("small").totalTime(TimeUnit.SECONDS)).isZero();
  }

  /** The objectives of the alerts are bounds of buckets. */
  @Test
  void buckets_haveObjectives() {
    assertThat(timer("medium").takeSnapshot().histogramCounts())
        .extracting(bucket -> bucket.bucket(TimeUnit.SECONDS))
        .contains(300.0, 600.0, 1800.0);
  }

  private Timer timer(String size) {
    return registry.get("sanaq.job.latency").tag("size", size).timer();
  }

  private void ask(String id, int side) {
    Map<String, Object> fields = side == 0 ? Map.of() : Map.of("width", side, "height", side);
    view.onRequest(id, new JobSnapshot.SubmittedRequest(ASKED, "{}", "", false), fields);
  }

  private void end(String id, String type, int seconds) {
    CloudEvent event =
        new CloudEvent(
            id + "/" + (type.equals(JobEventFactory.COMPLETED) ? "completed" : "failed"),
            "/test",
            type,
            id,
            ASKED.plusSeconds(seconds),
            Map.of(),
            "");
    view.onEvent(event);
  }
}
