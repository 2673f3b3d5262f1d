package dev.sanaq.train.emoji;

import java.util.List;

/**
 * An emoji that the small checkpoint learns to draw.
 *
 * @param code its code points in hexadecimal, {@code 1f34e}
 * @param name what it is called, with its article where it has one: {@code a red apple}
 * @param aliases other names that are learnt too
 * @param heldOut names that are kept from training, for the evaluation
 */
record Emoji(String code, String name, List<String> aliases, List<String> heldOut) {
  /** A name without its article. */
  static String withoutArticle(String name) {
    return name.replaceFirst("^(a|an) ", "");
  }
}
