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
 * How often each pair of neighbours occurs in the words, kept up to date as pairs merge: only the
 * words that hold the merged pair are counted again.
 */
final class WordPairs {
  /** Two symbols that stand side by side. */
  private record Pair(String left, String right) {}

  /** A pair with the count that it had; outdated where the count has changed since. */
  private record Candidate(Pair pair, long count) {}

  /** The most frequent, of equals the first by its letters: no order of the texts counts. */
  private static final Comparator<Candidate> BEST =
      Comparator.comparingLong((Candidate candidate) -> -candidate.count())
          .thenComparing(candidate -> candidate.pair().left())
          .thenComparing(candidate -> candidate.pair().right());

  private final List<List<String>> words = new ArrayList<>();
  private final List<Long> frequencies = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, Set<Integer>> holders = new HashMap<>();
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>(BEST);
  private final Set<String> known;

  /**
   * Counts.
   *
   * @param frequencyOfWord words and how often they occur
   * @param vocabulary characters outside it fall into bytes and pair with nothing
   */
  WordPairs(Map<String, Long> frequencyOfWord, List<String> vocabulary) {
    known = new HashSet<>(vocabulary);
    frequencyOfWord.forEach(
        (word, frequency) -> {
          words.add(Symbols.of(word));
          frequencies.add(frequency);
        });
    Set<Pair> seen = new HashSet<>();
    for (int word = 0; word < words.size(); word++) {
      count(word, 1, seen);
    }
    offer(seen);
  }

  /**
   * Merges the most frequent pair.
   *
   * @param rare pairs that occur less often do not count
   * @return its two sides; empty where none is left
   */
  List<String> mergeMostFrequent(long rare) {
    for (Candidate best = candidates.poll(); best != null; best = candidates.poll()) {
      Pair pair = best.pair();
      if (best.count() < rare) {
        return List.of();
      }
      if (best.count() == counts.getOrDefault(pair, 0L)) {
        known.add(pair.left() + pair.right());
        merge(pair);
        return List.of(pair.left(), pair.right());
      }
    }
    return List.of();
  }

  private void merge(Pair pair) {
    Set<Pair> changed = new HashSet<>();
    for (int word : new TreeSet<>(holders.getOrDefault(pair, Set.of()))) {
      count(word, -1, changed);
      words.set(word, Symbols.merged(words.get(word), pair.left(), pair.right()));
      count(word, 1, changed);
    }
    offer(changed);
  }

  private void count(int word, int sign, Set<Pair> changed) {
    List<String> symbols = words.get(word);
    for (int i = 0; i + 1 < symbols.size(); i++) {
      Pair pair = new Pair(symbols.get(i), symbols.get(i + 1));
      if (Symbols.mayMerge(pair.left(), pair.right())
          && known.contains(pair.left())
          && known.contains(pair.right())) {
        counts.merge(pair, sign * frequencies.get(word), Long::sum);
        holders.computeIfAbsent(pair, none -> new HashSet<>()).add(word);
        changed.add(pair);
      }
    }
  }

  private void offer(Set<Pair> changed) {
    for (Pair pair : changed) {
      long count = counts.getOrDefault(pair, 0L);
      if (count > 0) {
        candidates.add(new Candidate(pair, count));
      }
    }
  }
}
