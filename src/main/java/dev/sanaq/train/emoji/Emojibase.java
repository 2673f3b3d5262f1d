package dev.sanaq.train.emoji;

import dev.sanaq.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads emojibase: names and tags of emoji, matched with the files of their images. */
final class Emojibase {
  /** Path of the data within the archive. */
  static final String FILE = "en/data.json";

  /** Smileys, animals, food, places, activities, objects: no people, symbols or flags. */
  private static final Set<Integer> GROUPS = Set.of(0, 3, 4, 5, 6, 7);

  private static final int FIRST_CLOCK = 0x1f550;
  private static final int LAST_CLOCK = 0x1f567;
  private static final int MIN_TAGS = 3;
  private static final int MAX_TAGS = 5;
  private static final String VARIATION_SELECTOR = "-fe0f";

  /** An entry of the file, with the fields that are used. */
  private record Entry(
      String label, String hexcode, @Nullable Integer group, @Nullable List<String> tags) {}

  /**
   * An emoji with its image.
   *
   * @param code its code points in hexadecimal, lower case
   * @param imageFile name of its file in the images' archive
   * @param tags the first five, separated by commas; empty if there are fewer than three
   */
  record EmojiImage(String code, String imageFile, String tags) {}

  private Emojibase() {}

  /**
   * Selects the emoji of the supported groups that have an image.
   *
   * @param json content of {@link #FILE}
   * @param images names of the image files
   * @return the emoji by code
   */
  static Map<String, EmojiImage> selectEmoji(byte[] json, Set<String> images) {
    Map<String, EmojiImage> selected = new TreeMap<>();
    for (Entry entry : Json.read(json, Entry[].class)) {
      String code = entry.hexcode().toLowerCase(Locale.ROOT);
      if (entry.group() != null && GROUPS.contains(entry.group()) && !isClock(code)) {
        candidateFileNames(code).stream()
            .filter(images::contains)
            .findFirst()
            .ifPresent(image -> selected.put(code, new EmojiImage(code, image, tags(entry))));
      }
    }
    return selected;
  }

  /** File names with and without the variation selector: both exist. */
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
