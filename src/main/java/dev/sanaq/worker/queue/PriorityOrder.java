package dev.sanaq.worker.queue;

import dev.sanaq.job.Priority;
import java.time.Duration;
import java.time.Instant;

/** The order of waiting jobs: high before normal before low, but none waits for ever. */
final class PriorityOrder {
  private PriorityOrder() {}

  /**
   * When a job's turn is, in the order of all: as if high ones had come earlier than they did, and
   * low ones later. So a job that has waited {@code promotion} longer goes before one a class
   * above.
   */
  static Instant effectiveTime(Priority priority, Instant received, Duration promotion) {
    return switch (priority) {
      case HIGH -> received.minus(promotion);
      case LOW -> received.plus(promotion);
      case NORMAL -> received;
    };
  }
}
