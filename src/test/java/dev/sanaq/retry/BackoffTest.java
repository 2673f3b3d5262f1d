package dev.sanaq.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Backoff FAST =
      Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(4));

  @Test
  void delay_doublesUpToCap() {
    Backoff backoff =
        Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(5)).withJitter(0);
    assertThat(List.of(1, 2, 3, 7, 100))
        .extracting(retry -> backoff.delay(retry).toMillis())
        .containsExactly(100L, 200L, 400L, 5_000L, 5_000L);
  }

  @Test
  void delay_ofLongInitial_doesNotOverflow() {
    Backoff backoff = Backoff.exponential(Duration.ofHours(20), Duration.ofHours(24)).withJitter(0);
    assertThat(backoff.delay(1_000)).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void jitter_shortensDelayByAtMostItsShare() {
    Backoff backoff = Backoff.constant(Duration.ofMillis(1_000)).withJitter(0.2);
    assertThat(backoff.delay(1, () -> 0)).isEqualTo(Duration.ofMillis(1_000));
    assertThat(backoff.delay(1, () -> 1)).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void call_retriesUntilItWorks() {
    List<Integer> retries = new ArrayList<>();
    String result = FAST.call(failing(3), () -> false, (retry, delay, error) -> retries.add(retry));
    assertThat(result).isEqualTo("done");
    assertThat(retries).containsExactly(1, 2, 3);
  }

  @Test
  void call_withErrorNotRetryable_throwsAtOnce() {
    AtomicInteger calls = new AtomicInteger();
    Backoff backoff = FAST.retryIf(error -> !(error instanceof IllegalStateException));
    assertThatThrownBy(() -> backoff.call(counted(calls), () -> false, (r, d, e) -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(calls).hasValue(1);
  }

  @Test
  void call_pastDeadline_throwsLastError() {
    AtomicInteger calls = new AtomicInteger();
    Backoff backoff = FAST.withDeadline(Duration.ofMillis(30));
    assertThatThrownBy(() -> backoff.call(counted(calls), () -> false, (r, d, e) -> {}))
        .hasMessage("call " + calls.get());
    assertThat(calls.get()).isGreaterThan(2);
  }

  @Test
  void call_whenAborted_stopsWaiting() {
    Backoff backoff = Backoff.constant(Duration.ofHours(1));
    assertThatThrownBy(() -> backoff.call(failing(1), () -> true, (r, d, e) -> {}))
        .isInstanceOf(RetryAbortedException.class);
  }

  private static Supplier<String> failing(int times) {
    AtomicInteger calls = new AtomicInteger();
    return () -> {
      if (calls.incrementAndGet() <= times) {
        throw new IllegalStateException("call " + calls.get());
      }
      return "done";
    };
  }

  private static Supplier<String> counted(AtomicInteger calls) {
    return () -> {
      throw new IllegalStateException("call " + calls.incrementAndGet());
    };
  }
}
