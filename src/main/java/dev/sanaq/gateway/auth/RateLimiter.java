package dev.sanaq.gateway.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Requests a minute by owner, at this gateway: a bucket that fills evenly. Any thread. */
public final class RateLimiter {
  private static final int MAX_BUCKETS = 100_000;
  private static final double MILLIS_PER_MINUTE = Duration.ofMinutes(1).toMillis();

  private final Clock clock;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        // Who has not been here for so long has a full bucket again, or nearly.
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_BUCKETS;
        }
      };

  private record Bucket(double tokens, Instant refilledAt) {}

  public RateLimiter(Clock clock) {
    this.clock = clock;
  }

  /** Lets a request through, or gives the seconds after which the next one may come. */
  public synchronized long acquireOrRetryAfter(Caller caller) {
    if (caller.requestsPerMinute().isEmpty()) {
      return 0;
    }
    double most = caller.requestsPerMinute().getAsInt();
    Instant now = clock.instant();
    Bucket last = buckets.getOrDefault(caller.name(), new Bucket(most, now));
    double filled = Duration.between(last.refilledAt(), now).toMillis() * most / MILLIS_PER_MINUTE;
    double tokens = Math.min(most, last.tokens() + Math.max(0, filled));
    boolean passes = tokens >= 1;
    buckets.put(caller.name(), new Bucket(passes ? tokens - 1 : tokens, now));
    return passes ? 0 : (long) Math.ceil((1 - tokens) * MILLIS_PER_MINUTE / most / 1000);
  }
}
