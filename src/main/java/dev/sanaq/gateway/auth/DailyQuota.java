package dev.sanaq.gateway.auth;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts each owner's jobs of the current UTC day from the request topic, so that all gateways have
 * the same count, also after a restart. Any number of threads.
 */
@ApplicationScoped
public class DailyQuota {
  private final ApiKeyAuthenticator authenticator;
  private final Clock clock;
  private final Map<String, Integer> counts = new HashMap<>();
  private LocalDate day = LocalDate.MIN;

  DailyQuota(ApiKeyAuthenticator authenticator, Clock clock) {
    this.authenticator = authenticator;
    this.clock = clock;
  }

  /**
   * Counts a request of the topic, unless its owner is unknown or its day has passed. Clients set
   * the timestamps: one in the future counts today, and cannot begin a day that the clock has not.
   *
   * @param id the job's full id
   * @param time the record's timestamp
   */
  public synchronized void countJob(String id, Instant time) {
    String owner = Caller.ownerOf(id);
    Instant now = clock.instant();
    if (authenticator.isKnownOwner(owner) && rollOverDay(time.isAfter(now) ? now : time)) {
      counts.merge(owner, 1, Integer::sum);
    }
  }

  /** The owner's jobs on the day of that time; 0 for a past day. */
  public synchronized int jobsOn(String owner, Instant now) {
    return rollOverDay(now) ? counts.getOrDefault(owner, 0) : 0;
  }

  /** Starts a new day if the time is after the current one; false for a time before it. */
  private boolean rollOverDay(Instant time) {
    LocalDate dayOfTime = LocalDate.ofInstant(time, ZoneOffset.UTC);
    if (dayOfTime.isAfter(day)) {
      day = dayOfTime;
      counts.clear();
    }
    return dayOfTime.equals(day);
  }
}
