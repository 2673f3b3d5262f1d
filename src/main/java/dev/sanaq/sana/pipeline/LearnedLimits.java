package dev.sanaq.sana.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers a number for each of the last few things: what memory did not hold, so that it is not
 * tried again each time. Safe for use by several threads.
 */
final class LearnedLimits<K> {
  private static final int MAX_ENTRIES = 64;

  private final Map<K, Integer> limits = new LinkedHashMap<>(16, 0.75f, true);

  synchronized int getOrDefault(K key, int otherwise) {
    return limits.getOrDefault(key, otherwise);
  }

  synchronized void put(K key, int fact) {
    limits.put(key, fact);
    if (limits.size() > MAX_ENTRIES) {
      limits.remove(limits.keySet().iterator().next());
    }
  }
}
