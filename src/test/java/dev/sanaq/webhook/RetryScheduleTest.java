package dev.sanaq.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  @Test
  void tenthFailure_isLast() {
    RetrySchedule schedule = new RetrySchedule(() -> 0);
    List<Duration> pauses = new ArrayList<>();
    IntStream.rangeClosed(1, 9).forEach(n -> pauses.add(backoff(schedule, n, Duration.ZERO)));
    assertThat(pauses)
        .isEqualTo(
            Stream.of("PT5S", "PT5M", "PT30M", "PT2H", "PT5H", "PT10H", "PT14H", "PT20H", "PT24H")
                .map(Duration::parse)
                .toList());
    assertThat(schedule.next(10, NOW, Duration.ZERO)).isEmpty();
  }

  @Test
  void jitter_lengthensByAtMostAFifth() {
    assertThat(backoff(new RetrySchedule(() -> 0.999999), 2, Duration.ZERO))
        .isBetween(Duration.ofSeconds(359), Duration.ofSeconds(360));
  }

  @Test
  void retryAfter_lengthensBackoffUpToADay() {
    RetrySchedule schedule = new RetrySchedule(() -> 0);
    assertThat(backoff(schedule, 1, Duration.ofMinutes(3))).isEqualTo(Duration.ofMinutes(3));
    assertThat(backoff(schedule, 2, Duration.ofMinutes(3))).isEqualTo(Duration.ofMinutes(5));
    assertThat(backoff(schedule, 1, Duration.ofDays(300))).isEqualTo(Duration.ofDays(1));
    assertThat(schedule.next(10, NOW, Duration.ofSeconds(1))).isEmpty();
  }

  private static Duration backoff(RetrySchedule schedule, int attempts, Duration retryAfter) {
    return Duration.between(NOW, schedule.next(attempts, NOW, retryAfter).orElseThrow());
  }
}
