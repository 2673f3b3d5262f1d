package dev.sanaq.train.emoji;

import dev.sanaq.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names and tags of emojibase, and the pictures that go with them. */
final class Emojibase {
  /** Where its archive has them. */
  static final String FILE = "en/data.json";

  /** Smileys, animals, food, places, activities, objects: no people, symbols or flags. */
  private static final Set<Integer> GROUPS = Set.of(0, 3, 4, 5, 6, 7);

  private static final int FIRST_CLOCK = 0x1f550;
  private static final int LAST_CLOCK = 0x1f567;
  private static final int FEWEST_TAGS = 3;
  private static final int MOST_TAGS = 5;
  private static final String VARIATION = "-fe0f";

  /** An emoji as the file has it, as far as it counts here. */
  private record Entry(
      String label, String hexcode, @Nullable Integer group, @Nullable List<String> tags) {}

  /**
   * An emoji with its picture.
   *
   * @param code its code points in hexadecimal, lower case
   * @param picture its file's name in the pictures' archive
   * @param tags the first five, separated by commas; empty where there are less than three, which
   *     say too little
   */
  record Pictured(String code, String picture, String tags) {}

  private Emojibase() {}

  /**
   * The emoji that stand for things.
   *
   * @param json the file's bytes
   * @param pictures names of files
   * @return by code; those without a picture are left out
   */
  static Map<String, Pictured> things(byte[] json, Set<String> pictures) {
    Map<String, Pictured> things = new TreeMap<>();
    for (Entry entry : Json.read(json, Entry[].class)) {
      String code = entry.hexcode().toLowerCase(Locale.ROOT);
      if (entry.group() != null && GROUPS.contains(entry.group()) && !isClock(code)) {
        names(code).stream()
            .filter(pictures::contains)
            .findFirst()
            .ifPresent(picture -> things.put(code, new Pictured(code, picture, tags(entry))));
      }
    }
    return things;
  }

  /** Some files' names have the variation selector, some lack it. */
  private static List<String> names(String code) {
    List<String> names = new ArrayList<>();
    names.add(code + ".webp");
    names.add(code.replace(VARIATION, "") + ".webp");
    names.add(code + VARIATION + ".webp");
    return names;
  }

  private static boolean isClock(String code) {
    return !code.contains("-")
        && Integer.parseInt(code, 16) >= FIRST_CLOCK
        && Integer.parseInt(code, 16) <= LAST_CLOCK;
  }

  private static String tags(Entry entry) {
    if (entry.tags() == null || entry.tags().size() < FEWEST_TAGS) {
      return "";
    }
    List<String> first = entry.tags().subList(0, Math.min(MOST_TAGS, entry.tags().size()));
    return String.join(", ", first).toLowerCase(Locale.ROOT);
  }
}
