package dev.sanaq.worker.queue;

import dev.sanaq.job.Priority;
import java.time.Duration;
import java.time.Instant;

/** Orders jobs by priority with aging: high before normal before low, without starvation. */
final class PriorityOrder {
  private PriorityOrder() {}

  /**
   * The time by which queued jobs are sorted: the time of reading, moved by one aging period for
   * each priority class. A job that has waited {@code aging} longer thus overtakes one of the next
   * higher priority.
   */
  static Instant effectiveTime(Priority priority, Instant received, Duration aging) {
    return switch (priority) {
      case HIGH -> received.minus(aging);
      case LOW -> received.plus(aging);
      case NORMAL -> received;
    };
  }
}
