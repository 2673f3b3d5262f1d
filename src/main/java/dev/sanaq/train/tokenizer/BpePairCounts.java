package dev.sanaq.train.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts of adjacent symbol pairs in the words. A merge updates only the words that contain the
 * merged pair.
 */
final class BpePairCounts {
  /** Two adjacent symbols. */
  private record Pair(String left, String right) {}

  /** A pair with its count at the time of queueing; stale if the count has changed since. */
  private record Candidate(Pair pair, long count) {}

  /** Ties are broken by the symbols, so the order of the texts has no effect. */
  private static final Comparator<Candidate> MOST_FREQUENT_FIRST =
      Comparator.comparingLong((Candidate candidate) -> -candidate.count())
          .thenComparing(candidate -> candidate.pair().left())
          .thenComparing(candidate -> candidate.pair().right());

  private final List<List<String>> words = new ArrayList<>();
  private final List<Long> frequencies = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, Set<Integer>> wordsByPair = new HashMap<>();
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>(MOST_FREQUENT_FIRST);
  private final Set<String> knownSymbols;

  /**
   * Counts the pairs.
   *
   * @param frequencyOfWord frequency of each word
   * @param vocabulary known characters; others are split into bytes and form no pairs
   */
  BpePairCounts(Map<String, Long> frequencyOfWord, List<String> vocabulary) {
    knownSymbols = new HashSet<>(vocabulary);
    frequencyOfWord.forEach(
        (word, frequency) -> {
          words.add(BpeWord.splitCharacters(word));
          frequencies.add(frequency);
        });
    Set<Pair> seen = new HashSet<>();
    for (int word = 0; word < words.size(); word++) {
      updateCounts(word, 1, seen);
    }
    enqueueCandidates(seen);
  }

  /**
   * Merges the most frequent pair.
   *
   * @param minFrequency pairs that occur less often are ignored
   * @return the two symbols; empty if no pair is left
   */
  List<String> mergeMostFrequent(long minFrequency) {
    for (Candidate best = candidates.poll(); best != null; best = candidates.poll()) {
      Pair pair = best.pair();
      if (best.count() < minFrequency) {
        return List.of();
      }
      if (best.count() == counts.getOrDefault(pair, 0L)) {
        knownSymbols.add(pair.left() + pair.right());
        merge(pair);
        return List.of(pair.left(), pair.right());
      }
    }
    return List.of();
  }

  private void merge(Pair pair) {
    Set<Pair> changed = new HashSet<>();
    for (int word : new TreeSet<>(wordsByPair.getOrDefault(pair, Set.of()))) {
      updateCounts(word, -1, changed);
      words.set(word, BpeWord.merge(words.get(word), pair.left(), pair.right()));
      updateCounts(word, 1, changed);
    }
    enqueueCandidates(changed);
  }

  private void updateCounts(int word, int sign, Set<Pair> changed) {
    List<String> symbols = words.get(word);
    for (int i = 0; i + 1 < symbols.size(); i++) {
      Pair pair = new Pair(symbols.get(i), symbols.get(i + 1));
      if (BpeWord.canMerge(pair.left(), pair.right())
          && knownSymbols.contains(pair.left())
          && knownSymbols.contains(pair.right())) {
        counts.merge(pair, sign * frequencies.get(word), Long::sum);
        wordsByPair.computeIfAbsent(pair, none -> new HashSet<>()).add(word);
        changed.add(pair);
      }
    }
  }

  private void enqueueCandidates(Set<Pair> changed) {
    for (Pair pair : changed) {
      long count = counts.getOrDefault(pair, 0L);
      if (count > 0) {
        candidates.add(new Candidate(pair, count));
      }
    }
  }
}
