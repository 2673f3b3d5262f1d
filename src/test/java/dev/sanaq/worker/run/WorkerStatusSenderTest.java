package dev.sanaq.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.testing.Eventually;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerStatusSenderTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration RARELY = Duration.ofHours(1);

  private final List<Boolean> sent = new CopyOnWriteArrayList<>();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private WorkerStatusSender sender = sender(RARELY);

  @AfterEach
  void stop() {
    sender.stop();
  }

  @Test
  void readyWorker_isReportedAtTheStart_andAtTheStopNoMore() {
    sender.start();
    await(true);
    sender.stop();
    assertThat(sent).containsExactly(true, false);
  }

  @Test
  void everyChange_isReported() {
    ready.set(false);
    sender.start();
    Eventually.await("no report of a worker that is not ready yet", TIMEOUT)
        .during(Duration.ofSeconds(1))
        .until(sent::isEmpty);
    ready.set(true);
    await(true);
    ready.set(false);
    await(true, false);
    sender.stop();
    assertThat(sent).containsExactly(true, false);
  }

  @Test
  void readyWorker_isReportedAgainAfterTheInterval() {
    sender = sender(Duration.ofMillis(100));
    sender.start();
    await(true, true, true);
  }

  private void await(Boolean... statuses) {
    Eventually.await("reports", TIMEOUT).untilAsserted(() -> assertThat(sent).startsWith(statuses));
  }

  private WorkerStatusSender sender(Duration interval) {
    return new WorkerStatusSender(
        event -> {
          sent.add(WorkerStatus.of(event).orElseThrow().ready());
          return ProgressSink.DONE;
        },
        isReady -> new WorkerStatus("w", isReady, 60, "m", 512, 512, 20),
        "/test",
        ready::get,
        interval,
        Clock.systemUTC());
  }
}
