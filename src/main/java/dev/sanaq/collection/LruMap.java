package dev.sanaq.collection;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * A map of bounded size: a new entry beyond the bound evicts the least recently used one. Reading
 * an entry counts as use. Keys and values are never null. Any number of threads; each method is
 * atomic, so a read followed by a write needs {@link #merge} or the caller's own lock.
 *
 * <p>Not Caffeine: it evicts by frequency as well as by recency, so it may drop a new entry at
 * once, such as the cancellation of a job that has just been sent.
 *
 * @param <K> a type with {@code equals} and {@code hashCode}
 */
public final class LruMap<K, V> {
  private final Map<K, V> entries;

  /**
   * @param maxEntries the bound, at least 1
   */
  public LruMap(int maxEntries) {
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > maxEntries;
          }
        };
  }

  /** The value of the key, if it has one; counts as use. */
  public synchronized Optional<V> get(K key) {
    return Optional.ofNullable(entries.get(key));
  }

  /** The value of the key, or the given one if it has none; counts as use. */
  public synchronized V getOrDefault(K key, V otherwise) {
    return entries.getOrDefault(key, otherwise);
  }

  /** Sets the value of the key. */
  public synchronized void put(K key, V value) {
    entries.put(key, value);
  }

  /** Sets the value of the key unless it has one; counts as use in both cases. */
  public synchronized void putIfAbsent(K key, V value) {
    entries.putIfAbsent(key, value);
  }

  /** Sets the value of the key to the given one, or combines the present one with it. */
  public synchronized void merge(K key, V value, BinaryOperator<V> combine) {
    entries.merge(key, value, combine);
  }

  /** The number of entries, 0 to the bound. */
  public synchronized int size() {
    return entries.size();
  }
}
