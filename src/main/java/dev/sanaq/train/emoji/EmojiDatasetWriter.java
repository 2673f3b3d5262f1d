package dev.sanaq.train.emoji;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.json.Json;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.emoji.Emojibase.EmojiImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the lists of the emoji dataset as JSON Lines. */
final class EmojiDatasetWriter {
  /** The folder of the images. */
  static final String IMAGE_DIR = "images";

  /** White is sampled as often as all other backgrounds together. */
  private static final int WHITE_REPEATS = NamedColor.values().length - 1;

  private final Path folder;

  EmojiDatasetWriter(Path folder) {
    this.folder = folder;
  }

  /** Path of an emoji's image, relative to the folder. */
  static String imagePath(String code) {
    return IMAGE_DIR + "/" + code + ".webp";
  }

  void writeImageList(String name, Collection<String> codes) throws IOException {
    List<Object> rows = new ArrayList<>();
    codes.forEach(code -> rows.add(Map.of("image", imagePath(code))));
    write(name, rows);
  }

  /** Writes each emoji on each background; a caption belongs to one emoji only. */
  void writeCaptionedList(String name, List<Emoji> emojis, Map<String, EmojiImage> images)
      throws IOException {
    List<Object> rows = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    Map<String, Long> tagUses =
        emojis.stream().collect(Collectors.groupingBy(e -> tags(e, images), Collectors.counting()));
    for (Emoji emoji : emojis) {
      String tags = tags(emoji, images);
      boolean hasUniqueTags = !tags.isEmpty() && tagUses.getOrDefault(tags, 0L) == 1;
      for (NamedColor color : NamedColor.values()) {
        List<ScoredCaption> captions = CaptionTemplates.captions(emoji, color);
        if (hasUniqueTags && color == NamedColor.WHITE) {
          captions.add(CaptionTemplates.tagCaption(tags));
        }
        captions.forEach(caption -> requireUniqueCaption(owners, caption.text(), emoji));
        rows.add(row(emoji, color, captions));
      }
    }
    write(name, rows);
  }

  /** Writes prompts that are not in the training data, each with the expected image. */
  void writeEvalPrompts(String name, List<Emoji> emojis) throws IOException {
    List<Object> rows = new ArrayList<>();
    for (Emoji emoji : emojis) {
      CaptionTemplates.heldOutWordings(emoji)
          .forEach(text -> rows.add(evalPrompt(emoji, text, "wording")));
      CaptionTemplates.heldOutNames(emoji)
          .forEach(text -> rows.add(evalPrompt(emoji, text, "name")));
    }
    write(name, rows);
  }

  private static String tags(Emoji emoji, Map<String, EmojiImage> images) {
    EmojiImage image = images.get(emoji.code());
    if (image == null) {
      throw new BadDataException("no image of %s, %s".formatted(emoji.code(), emoji));
    }
    return image.tags();
  }

  private static void requireUniqueCaption(Map<String, String> owners, String text, Emoji emoji) {
    String owner = owners.putIfAbsent(text, emoji.code());
    if (owner != null && !owner.equals(emoji.code())) {
      throw new BadDataException(
          "caption \"%s\" belongs to both %s and %s".formatted(text, owner, emoji.code()));
    }
  }

  private static Map<String, Object> row(
      Emoji emoji, NamedColor color, List<ScoredCaption> captions) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("image", imagePath(emoji.code()));
    row.put("background", String.format(Locale.ROOT, "#%06x", color.rgb()));
    row.put("repeats", color == NamedColor.WHITE ? WHITE_REPEATS : 1);
    row.put("captions", captions);
    return row;
  }

  private static Map<String, Object> evalPrompt(Emoji emoji, String text, String kind) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("text", text);
    row.put("image", imagePath(emoji.code()));
    row.put("kind", kind);
    return row;
  }

  private void write(String name, List<Object> rows) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Object row : rows) {
      lines.write(Json.write(row));
      lines.write('\n');
    }
    AtomicFile.write(folder.resolve(name), lines.toByteArray());
  }
}
