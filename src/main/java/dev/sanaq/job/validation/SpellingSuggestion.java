package dev.sanaq.job.validation;

import java.util.Collection;
import java.util.Locale;

/** Suggests the known field name that an unknown one resembles. */
final class SpellingSuggestion {
  private static final int MAX_DISTANCE = 2;
  private static final int MAX_NAME_LENGTH = 40;

  private SpellingSuggestion() {}

  /** The suffix of an error message; empty if no known name is similar. */
  static String hint(String name, Collection<String> known) {
    if (name.length() > MAX_NAME_LENGTH) {
      return "";
    }
    return known.stream()
        .filter(candidate -> resembles(normalize(name), normalize(candidate)))
        .findFirst()
        .map("; did you mean %s?"::formatted)
        .orElse("");
  }

  private static boolean resembles(String name, String candidate) {
    int maxDistance = Math.min(MAX_DISTANCE, candidate.length() / 3);
    return levenshteinDistance(name, candidate) <= maxDistance || name.endsWith(candidate);
  }

  private static String normalize(String name) {
    return name.replaceAll("[_\\-. ]", "").toLowerCase(Locale.ROOT);
  }

  // Insertions, deletions and substitutions; one row of the matrix at a time.
  private static int levenshteinDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
