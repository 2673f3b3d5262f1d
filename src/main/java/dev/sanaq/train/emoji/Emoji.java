package dev.sanaq.train.emoji;

import java.util.List;

/**
 * An emoji that the bundled checkpoint is trained on.
 *
 * @param code its code points in hexadecimal, {@code 1f34e}
 * @param name its name, with an article if it has one: {@code a red apple}
 * @param aliases other names in the training data
 * @param heldOut names that only the evaluation uses
 */
record Emoji(String code, String name, List<String> aliases, List<String> heldOut) {
  /** A name without its article. */
  static String withoutArticle(String name) {
    return name.replaceFirst("^(a|an) ", "");
  }
}
