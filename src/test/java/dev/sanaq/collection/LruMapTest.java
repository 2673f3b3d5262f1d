package dev.sanaq.collection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LruMapTest {
  private final LruMap<String, Integer> map = new LruMap<>(2);

  @Test
  void newEntry_beyondBound_evictsLeastRecentlyWritten() {
    map.put("a", 1);
    map.put("b", 2);
    map.put("c", 3);

    assertThat(map.size()).isEqualTo(2);
    assertThat(map.get("a")).isEmpty();
    assertThat(map.get("b")).hasValue(2);
    assertThat(map.get("c")).hasValue(3);
  }

  @Test
  void readEntry_isNotEvicted() {
    map.put("a", 1);
    map.put("b", 2);
    map.getOrDefault("a", 0);
    map.put("c", 3);

    assertThat(map.get("a")).hasValue(1);
    assertThat(map.get("b")).isEmpty();
  }

  @Test
  void getOrDefault_ofMissingKey_addsNothing() {
    assertThat(map.getOrDefault("a", 7)).isEqualTo(7);
    assertThat(map.size()).isZero();
  }

  @Test
  void putIfAbsent_ofPresentKey_keepsValue() {
    map.put("a", 1);
    map.putIfAbsent("a", 2);
    map.putIfAbsent("b", 3);

    assertThat(map.get("a")).hasValue(1);
    assertThat(map.get("b")).hasValue(3);
  }

  @Test
  void merge_combinesWithPresentValue() {
    map.merge("a", 1, Integer::sum);
    map.merge("a", 2, Integer::sum);

    assertThat(map.get("a")).hasValue(3);
  }

  @Test
  void merge_ofNewKeyBeyondBound_evicts() {
    map.put("a", 1);
    map.put("b", 2);
    map.merge("c", 3, Integer::sum);

    assertThat(map.get("a")).isEmpty();
    assertThat(map.size()).isEqualTo(2);
  }
}
