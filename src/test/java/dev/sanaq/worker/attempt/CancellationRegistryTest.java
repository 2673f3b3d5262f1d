package dev.sanaq.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.request.Cancellation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CancellationRegistryTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private Instant now = START;
  private final CancellationRegistry registry =
      new CancellationRegistry(Duration.ofDays(1), 2, new TestClock());

  @Test
  void cancellation_olderThanRetention_isNotFound() {
    registry.put(new Cancellation("report", "", START));
    now = START.plus(Duration.ofHours(23));
    assertThat(registry.find("report")).isPresent();
    now = START.plus(Duration.ofDays(2));
    assertThat(registry.find("report")).isEmpty();
    registry.put(new Cancellation("late", "sent two days ago", START));
    assertThat(registry.find("late")).isEmpty();
  }

  @Test
  void latestCancellation_counts_inAnyOrderOfReading() {
    Cancellation first = new Cancellation("job", "first", START);
    Cancellation second = new Cancellation("job", "second", START.plusSeconds(10));
    registry.put(first);
    registry.put(second);
    registry.put(first);
    assertThat(registry.find("job")).contains(second);
  }

  @Test
  void beyondMaximum_forgetsTheOldest_usedOrNot() {
    registry.put(new Cancellation("a", "", START));
    registry.put(new Cancellation("b", "", START));
    assertThat(registry.find("a")).isPresent();
    registry.put(new Cancellation("c", "", START));
    assertThat(registry.find("a")).isEmpty();
    assertThat(registry.find("b")).isPresent();
    assertThat(registry.find("c")).isPresent();
  }

  private final class TestClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
