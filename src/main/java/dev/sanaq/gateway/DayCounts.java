package dev.sanaq.gateway;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How many jobs each owner has asked for today, in UTC, by the topic of requests: the same number
 * at every gateway, and after a restart. Any number of threads.
 */
final class DayCounts {
  private final Predicate<String> owners;
  private final Map<String, Integer> counts = new HashMap<>();
  private LocalDate day = LocalDate.MIN;

  /**
   * @param owners whose jobs are counted
   */
  DayCounts(Predicate<String> owners) {
    this.owners = owners;
  }

  /** A request was read. */
  synchronized void count(String id, Instant at) {
    String owner = Caller.owner(id);
    if (owners.test(owner) && today(at)) {
      counts.merge(owner, 1, Integer::sum);
    }
  }

  /** Jobs of the owner on the day of that moment. */
  synchronized int of(String owner, Instant now) {
    return today(now) ? counts.getOrDefault(owner, 0) : 0;
  }

  // Days only go on: what is older than the newest seen counts no more.
  private boolean today(Instant at) {
    LocalDate its = LocalDate.ofInstant(at, ZoneOffset.UTC);
    if (its.isAfter(day)) {
      day = its;
      counts.clear();
    }
    return its.equals(day);
  }
}
