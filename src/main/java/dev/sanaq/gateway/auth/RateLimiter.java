package dev.sanaq.gateway.auth;

import dev.sanaq.collection.LruMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Limits requests per minute at this gateway: a token bucket for each owner, refilled evenly. Any
 * number of threads.
 */
@ApplicationScoped
public class RateLimiter {
  /** An owner whose bucket was evicted has a full one again, or nearly. */
  private static final int MAX_BUCKETS = 100_000;

  private static final double MILLIS_PER_MINUTE = Duration.ofMinutes(1).toMillis();

  private final Clock clock;
  private final LruMap<String, Bucket> buckets = new LruMap<>(MAX_BUCKETS);

  private record Bucket(double tokens, Instant refilledAt) {}

  public RateLimiter(Clock clock) {
    this.clock = clock;
  }

  /** Admits a request and returns 0, or returns the seconds until the next token. */
  public synchronized long acquireOrRetryAfter(Caller caller) {
    if (caller.requestsPerMinute().isEmpty()) {
      return 0;
    }
    double capacity = caller.requestsPerMinute().getAsInt();
    Instant now = clock.instant();
    Bucket last = buckets.getOrDefault(caller.name(), new Bucket(capacity, now));
    double refill =
        Duration.between(last.refilledAt(), now).toMillis() * capacity / MILLIS_PER_MINUTE;
    double tokens = Math.min(capacity, last.tokens() + Math.max(0, refill));
    boolean admitted = tokens >= 1;
    buckets.put(caller.name(), new Bucket(admitted ? tokens - 1 : tokens, now));
    return admitted ? 0 : (long) Math.ceil((1 - tokens) * MILLIS_PER_MINUTE / capacity / 1000);
  }
}
