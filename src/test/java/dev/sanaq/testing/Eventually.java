package dev.sanaq.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * Awaitility as the tests use it: every wait has a name and a timeout, checks at once and then
 * every 50 ms, in the test's own thread, so that a condition may use a Kafka consumer.
 *
 * <pre>{@code
 * Eventually.await("worker ready", TIMEOUT).until(() -> status() == 200);
 * Eventually.await("all events", TIMEOUT).untilAsserted(() -> assertThat(events()).hasSize(3));
 * Eventually.await("no second event", TIMEOUT).during(QUIET_PERIOD).until(() -> count() == 1);
 * }</pre>
 *
 * <p>Use {@code untilAsserted} where the message should say what was there instead, and {@code
 * during} where a condition must hold for some time. Exceptions of the condition end the wait.
 */
public final class Eventually {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private Eventually() {}

  /**
   * Starts a wait.
   *
   * @param condition names the condition in the message of a timeout
   * @param timeout how long the condition may take; must exceed the time given to {@code during}
   */
  public static ConditionFactory await(String condition, Duration timeout) {
    return Awaitility.await(condition)
        .atMost(timeout)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL_INTERVAL)
        .pollInSameThread();
  }
}
