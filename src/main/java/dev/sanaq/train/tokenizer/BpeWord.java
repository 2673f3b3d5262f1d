package dev.sanaq.train.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Operations on a word as a sequence of symbols. */
final class BpeWord {
  private BpeWord() {}

  /** The characters as code points. */
  static List<String> splitCharacters(String word) {
    List<String> characters = new ArrayList<>();
    word.codePoints().mapToObj(Character::toString).forEach(characters::add);
    return characters;
  }

  /** Whether two adjacent symbols may merge; digits may not. */
  static boolean canMerge(String left, String right) {
    return !isDigit(left) && !isDigit(right);
  }

  /** The sequence with every occurrence of the pair merged, from the left. */
  static List<String> merge(List<String> symbols, String left, String right) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < symbols.size(); i++) {
      boolean pair =
          i + 1 < symbols.size() && symbols.get(i).equals(left) && symbols.get(i + 1).equals(right);
      merged.add(pair ? left + right : symbols.get(i));
      i += pair ? 1 : 0;
    }
    return merged;
  }

  private static boolean isDigit(String symbol) {
    return symbol.codePointCount(0, symbol.length()) == 1
        && Character.isDigit(symbol.codePointAt(0));
  }
}
