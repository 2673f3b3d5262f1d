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
 * Learns a byte-pair tokenizer of Gemma's kind: the most frequent pair of neighbours becomes a
 * token, again and again. Spaces belong to the word after them, pairs do not reach from one word
 * into the next or over a line's end, digits stay single. What is learnt depends on how often each
 * text occurs, not on their order.
 */
public final class TokenizerTrainer {
  /** A character or pair that occurs once is no rule. */
  private static final long MIN_FREQUENCY = 2;

  /** Before a space, and about a line's end. */
  private static final String WORD_BOUNDARY = "(?= )|(?=\n)|(?<=\n)";

  private TokenizerTrainer() {}

  /**
   * Learns.
   *
   * @param texts as the model will see them: lower case
   * @param vocabSize ids at most, the 260 reserved ones included; texts of few words give fewer
   * @throws IllegalArgumentException where that is not more than the reserved ones, or there is no
   *     text
   */
  public static GemmaTokenizerFiles train(Collection<String> texts, int vocabSize) {
    List<String> vocabulary = GemmaTokenizerFiles.reservedTokens();
    if (vocabSize <= vocabulary.size()) {
      throw new IllegalArgumentException(
          "a vocabulary of %d leaves nothing to learn: %d ids are reserved"
              .formatted(vocabSize, vocabulary.size()));
    }
    Map<String, Long> words = countWords(texts);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("there is no text to learn a tokenizer from");
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
      known.add(pair.get(0) + pair.get(1)); // two ways may lead to one token
    }
    return new GemmaTokenizerFiles(List.copyOf(known), merges);
  }

  /** Every word with the space before it, and how often it occurs. */
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

  /** The characters, the most frequent first; the rare ones are left to their bytes. */
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
