package dev.sanaq.gateway.auth;

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
public final class DailyQuota {
  private final Predicate<String> ownerFilter;
  private final Map<String, Integer> counts = new HashMap<>();
  private LocalDate day = LocalDate.MIN;

  /**
   * @param owners whose jobs are counted
   */
  public DailyQuota(Predicate<String> owners) {
    this.ownerFilter = owners;
  }

  /** A request was read. */
  public synchronized void countJob(String id, Instant at) {
    String owner = Caller.ownerOf(id);
    if (ownerFilter.test(owner) && rollOverDay(at)) {
      counts.merge(owner, 1, Integer::sum);
    }
  }

  /** Jobs of the owner on the day of that moment. */
  public synchronized int jobsOn(String owner, Instant now) {
    return rollOverDay(now) ? counts.getOrDefault(owner, 0) : 0;
  }

  // Days only go on: what is older than the newest seen counts no more.
  private boolean rollOverDay(Instant at) {
    LocalDate its = LocalDate.ofInstant(at, ZoneOffset.UTC);
    if (its.isAfter(day)) {
      day = its;
      counts.clear();
    }
    return its.equals(day);
  }
}
