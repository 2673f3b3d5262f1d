package dev.sanaq.train.tokenizer;

import dev.sanaq.checkpoint.write.GemmaTokenizerFiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Trains a byte-pair tokenizer like Gemma's: repeatedly makes the most frequent adjacent pair a
 * token. A space belongs to the word after it, pairs do not cross words or line ends, and digits
 * stay single. The result depends on the frequency of the texts, not on their order.
 */
public final class TokenizerTrainer {
  /** A character or pair that occurs once is ignored. */
  private static final long MIN_FREQUENCY = 2;

  /** Before a space, and around a line end. */
  private static final String WORD_BOUNDARY = "(?= )|(?=\n)|(?<=\n)";

  private TokenizerTrainer() {}

  /**
   * Trains a tokenizer.
   *
   * @param texts texts as the model sees them: lower case
   * @param vocabSize maximum number of ids, including 260 reserved ones
   * @throws IllegalArgumentException if that is not more than the reserved ones, or there is no
   *     text
   */
  public static GemmaTokenizerFiles train(Collection<String> texts, int vocabSize) {
    List<String> vocabulary = GemmaTokenizerFiles.reservedTokens();
    if (vocabSize <= vocabulary.size()) {
      throw new IllegalArgumentException(
          "a vocabulary of %s is too small: %s ids are reserved"
              .formatted(vocabSize, vocabulary.size()));
    }
    Map<String, Long> words = countWords(texts);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("no text to train a tokenizer on");
    }
    frequentCharacters(words).stream()
        .limit(vocabSize - vocabulary.size())
        .forEach(vocabulary::add);
    BpePairCounts pairs = new BpePairCounts(words, List.copyOf(vocabulary));
    Set<String> known = new LinkedHashSet<>(vocabulary);
    List<List<String>> merges = new ArrayList<>();
    while (known.size() < vocabSize) {
      List<String> pair = pairs.mergeMostFrequent(MIN_FREQUENCY);
      if (pair.isEmpty()) {
        break;
      }
      merges.add(pair);
      known.add(pair.get(0) + pair.get(1)); // two merges may give the same token
    }
    return new GemmaTokenizerFiles(List.copyOf(known), merges);
  }

  /** Frequency of each word, with the space before it. */
  private static Map<String, Long> countWords(Collection<String> texts) {
    Map<String, Long> words = new TreeMap<>();
    for (String text : texts) {
      for (String word : text.split(WORD_BOUNDARY, -1)) {
        if (!word.isEmpty()) {
          words.merge(word.replace(" ", GemmaTokenizerFiles.SPACE), 1L, Long::sum);
        }
      }
    }
    return words;
  }

  /** Characters by frequency; rare ones are left to byte fallback. */
  private static List<String> frequentCharacters(Map<String, Long> words) {
    Map<String, Long> counts = new HashMap<>();
    words.forEach(
        (word, count) ->
            BpeWord.splitCharacters(word)
                .forEach(character -> counts.merge(character, count, Long::sum)));
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() >= MIN_FREQUENCY)
        .sorted(
            Comparator.comparing((Map.Entry<String, Long> entry) -> -entry.getValue())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList();
  }
}
