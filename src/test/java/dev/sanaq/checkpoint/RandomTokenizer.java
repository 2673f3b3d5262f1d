package dev.sanaq.checkpoint;

import dev.sanaq.checkpoint.write.GemmaTokenizerFiles;
import java.util.ArrayList;
import java.util.List;

/** The tokenizer of random checkpoints: ASCII and frequent English pairs. */
final class RandomTokenizer {
  /** Frequent pairs of English, each side a character or an earlier pair. */
  private static final String[] MERGES = {
    "t h", "th e", "_ the", "i n", "in g", "e r", "a n", "an d", "_ and", "_ a", "o n", "r e",
    "e n", "o f", "_ of", "a t", "s t", "o r", "a r", "i t", "e s", "a l", "l e", "o u", "i s",
    "e d", "c h", "_ w", "_ s", "_ c", "_ b", "_ p", "_ in", "c o", "d e", "_ de", "o w", "l i",
    "r o", "p h", "o t", "g h", "e e", "l l", "o o", "u r", "v e", "i c", "t e"
  };

  private static final List<List<String>> PAIRS = pairs();

  static final GemmaTokenizerFiles TOKENIZER = new GemmaTokenizerFiles(vocabulary(), PAIRS);

  private RandomTokenizer() {}

  private static List<List<String>> pairs() {
    List<List<String>> pairs = new ArrayList<>();
    for (String merge : MERGES) {
      pairs.add(List.of(merge.replace("_", GemmaTokenizerFiles.SPACE).split(" ", 2)));
    }
    return pairs;
  }

  private static List<String> vocabulary() {
    List<String> tokens = GemmaTokenizerFiles.reservedTokens();
    tokens.add(GemmaTokenizerFiles.SPACE);
    tokens.add("\n");
    for (char c = '!'; c <= '~'; c++) {
      tokens.add(String.valueOf(c));
    }
    PAIRS.forEach(pair -> tokens.add(pair.get(0) + pair.get(1)));
    return tokens;
  }
}
