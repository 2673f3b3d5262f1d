package dev.sanaq.collection;

import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * Limits that running out of memory has taught. What else used the memory may be gone later: each
 * limit relaxes after a number of successes under it, and is learned again if it was right. Any
 * number of threads.
 */
public final class LearnedLimits<K> {
  /** A failed attempt costs at most one in this many. */
  public static final int SUCCESSES = 32;

  private static final int MAX_KEYS = 64;

  private final LruMap<K, Limit> limits = new LruMap<>(MAX_KEYS);
  private final IntUnaryOperator relax;

  private record Limit(int value, int successes) {}

  /**
   * @param relax from a limit to the next one that is less strict
   */
  public LearnedLimits(IntUnaryOperator relax) {
    this.relax = relax;
  }

  /** The limit, if one was learned. */
  public OptionalInt get(K key) {
    return limits.get(key).map(limit -> OptionalInt.of(limit.value())).orElse(OptionalInt.empty());
  }

  /** Memory ran out. */
  public void learn(K key, int limit) {
    limits.put(key, new Limit(limit, 0));
  }

  /** Memory held what the limit allows. */
  public synchronized void succeeded(K key) {
    limits
        .get(key)
        .ifPresent(
            limit ->
                limits.put(
                    key,
                    limit.successes() + 1 < SUCCESSES
                        ? new Limit(limit.value(), limit.successes() + 1)
                        : new Limit(relax.applyAsInt(limit.value()), 0)));
  }
}
