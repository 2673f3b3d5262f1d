package dev.sanaq.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.DeliveryStatus;
import dev.sanaq.webhook.RetrySchedule;
import dev.sanaq.webhook.StateChangeCause;
import dev.sanaq.webhook.WebhookSettings;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Attempts that hit a bug: they end, or their delivery would stay in flight for ever. */
class AttemptExecutorTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Delivery DELIVERY =
      new Delivery(
          "a/completed",
          "a",
          "dev.sanaq.job.completed.v1",
          Instant.EPOCH,
          Map.of(),
          "http://localhost/hook",
          0,
          DeliveryStatus.PENDING,
          StateChangeCause.EVENT,
          0,
          Instant.EPOCH,
          "");
  private static final DeliveryIndexEntry ENTRY = DeliveryIndexEntry.of(DELIVERY, 0, 0, 100);

  @Test
  void errorWhileSending_countsAsFailedAttempt() {
    AttemptExecutor.CompletedAttempt attempt =
        attempt(
            ENTRY,
            entry -> Optional.empty(),
            delivery -> {
              throw new StackOverflowError("a test's");
            });
    assertThat(attempt.isFailed()).isTrue();
    assertThat(Objects.requireNonNull(attempt.next()).attempts()).isEqualTo(1);
  }

  @Test
  void exceptionWhileReadingBody_endsAttempt() {
    AttemptExecutor.CompletedAttempt attempt =
        attempt(
            ENTRY.withRecord(1, 100),
            entry -> {
              throw new IllegalStateException("a test's");
            },
            delivery -> {
              throw new AssertionError("not reached");
            });
    assertThat(attempt.next()).as("read again later").isNull();
  }

  private static AttemptExecutor.CompletedAttempt attempt(
      DeliveryIndexEntry entry,
      Function<DeliveryIndexEntry, Optional<Delivery>> bodyReader,
      WebhookClient client) {
    AttemptExecutor executor =
        new AttemptExecutor(
            WebhookSettings.webhook(),
            client,
            bodyReader,
            new RetrySchedule(() -> 0.5),
            Clock.systemUTC());
    executor.start(entry, false);
    List<AttemptExecutor.CompletedAttempt> completed = new ArrayList<>();
    Eventually.await("the attempt ends", TIMEOUT)
        .until(
            () -> {
              completed.addAll(executor.drainCompleted());
              return executor.isIdle();
            });
    executor.close();
    return completed.get(0);
  }
}
