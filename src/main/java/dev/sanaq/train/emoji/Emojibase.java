package dev.sanaq.train.emoji;

import dev.sanaq.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names and tags of emojibase, and the images that go with them. */
final class Emojibase {
  /** Where its archive has them. */
  static final String FILE = "en/data.json";

  /** Smileys, animals, food, places, activities, objects: no people, symbols or flags. */
  private static final Set<Integer> GROUPS = Set.of(0, 3, 4, 5, 6, 7);

  private static final int FIRST_CLOCK = 0x1f550;
  private static final int LAST_CLOCK = 0x1f567;
  private static final int MIN_TAGS = 3;
  private static final int MAX_TAGS = 5;
  private static final String VARIATION_SELECTOR = "-fe0f";

  /** An emoji as the file has it, as far as it counts here. */
  private record Entry(
      String label, String hexcode, @Nullable Integer group, @Nullable List<String> tags) {}

  /**
   * An emoji with its image.
   *
   * @param code its code points in hexadecimal, lower case
   * @param imageFile its file's name in the images' archive
   * @param tags the first five, separated by commas; empty where there are less than three, which
   *     say too little
   */
  record EmojiImage(String code, String imageFile, String tags) {}

  private Emojibase() {}

  /**
   * The emoji that stand for things.
   *
   * @param json the file's bytes
   * @param images names of files
   * @return by code; those without an image are left out
   */
  static Map<String, EmojiImage> selectEmoji(byte[] json, Set<String> images) {
    Map<String, EmojiImage> things = new TreeMap<>();
    for (Entry entry : Json.read(json, Entry[].class)) {
      String code = entry.hexcode().toLowerCase(Locale.ROOT);
      if (entry.group() != null && GROUPS.contains(entry.group()) && !isClock(code)) {
        candidateFileNames(code).stream()
            .filter(images::contains)
            .findFirst()
            .ifPresent(image -> things.put(code, new EmojiImage(code, image, tags(entry))));
      }
    }
    return things;
  }

  /** Some files' names have the variation selector, some lack it. */
  private static List<String> candidateFileNames(String code) {
    List<String> names = new ArrayList<>();
    names.add(code + ".webp");
    names.add(code.replace(VARIATION_SELECTOR, "") + ".webp");
    names.add(code + VARIATION_SELECTOR + ".webp");
    return names;
  }

  private static boolean isClock(String code) {
    return !code.contains("-")
        && Integer.parseInt(code, 16) >= FIRST_CLOCK
        && Integer.parseInt(code, 16) <= LAST_CLOCK;
  }

  private static String tags(Entry entry) {
    if (entry.tags() == null || entry.tags().size() < MIN_TAGS) {
      return "";
    }
    List<String> first = entry.tags().subList(0, Math.min(MAX_TAGS, entry.tags().size()));
    return String.join(", ", first).toLowerCase(Locale.ROOT);
  }
}
