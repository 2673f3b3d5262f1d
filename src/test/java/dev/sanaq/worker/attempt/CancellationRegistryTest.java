package dev.sanaq.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CancellationRegistryTest {
  private static final Instant START = new MutableClock().instant();

  private final MutableClock clock = new MutableClock();
  private final CancellationRegistry registry =
      new CancellationRegistry(Duration.ofDays(1), 2, clock);

  @Test
  void cancellation_olderThanRetention_isNotFound() {
    registry.put(new Cancellation("report", "", START));
    clock.advance(Duration.ofHours(23));
    assertThat(registry.find("report")).isPresent();
    clock.advance(Duration.ofDays(2).minusHours(23));
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
}
