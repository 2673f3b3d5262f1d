package dev.sanaq.sana;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers a number for each of the last few things: what memory did not hold, so that it is not
 * tried again each time. Safe for use by several threads.
 */
final class Learnt<K> {
  private static final int MOST = 64;

  private final Map<K, Integer> facts = new LinkedHashMap<>(16, 0.75f, true);

  synchronized int of(K key, int otherwise) {
    return facts.getOrDefault(key, otherwise);
  }

  synchronized void put(K key, int fact) {
    facts.put(key, fact);
    if (facts.size() > MOST) {
      facts.remove(facts.keySet().iterator().next());
    }
  }
}
