package dev.sanaq.train.emoji;

import dev.sanaq.json.Json;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.emoji.Emojibase.Pictured;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes lists as JSON Lines. */
final class EmojiLists {
  /** The folder of the pictures. */
  static final String PICTURES = "pictures";

  /** White as often as all others together. */
  private static final int WHITE_REPEATS = NamedColor.values().length - 1;

  private final Path folder;

  EmojiLists(Path folder) {
    this.folder = folder;
  }

  /** A picture's file, within the folder. */
  static String file(String code) {
    return PICTURES + "/" + code + ".webp";
  }

  void writePictures(String name, Collection<String> codes) throws IOException {
    List<Object> rows = new ArrayList<>();
    codes.forEach(code -> rows.add(Map.of("image", file(code))));
    write(name, rows);
  }

  /** Each emoji on each background; a caption belongs to one emoji alone. */
  void writeCaptioned(String name, List<Emoji> drawn, Map<String, Pictured> things)
      throws IOException {
    List<Object> rows = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    Map<String, Long> tagUses =
        drawn.stream().collect(Collectors.groupingBy(e -> tags(e, things), Collectors.counting()));
    for (Emoji emoji : drawn) {
      String tags = tags(emoji, things);
      boolean tagged = !tags.isEmpty() && tagUses.getOrDefault(tags, 0L) == 1;
      for (NamedColor color : NamedColor.values()) {
        List<ScoredCaption> captions = Wordings.captions(emoji, color);
        if (tagged && color == NamedColor.WHITE) {
          captions.add(Wordings.tags(tags));
        }
        captions.forEach(caption -> own(owners, caption.text(), emoji));
        rows.add(row(emoji, color, captions));
      }
    }
    write(name, rows);
  }

  /** What is asked of the checkpoint though it was never learnt, and the picture that is meant. */
  void writeUnseen(String name, List<Emoji> drawn) throws IOException {
    List<Object> rows = new ArrayList<>();
    for (Emoji emoji : drawn) {
      Wordings.heldOut(emoji).forEach(text -> rows.add(unseen(emoji, text, "wording")));
      Wordings.heldOutNames(emoji).forEach(text -> rows.add(unseen(emoji, text, "name")));
    }
    write(name, rows);
  }

  private static String tags(Emoji emoji, Map<String, Pictured> things) {
    Pictured thing = things.get(emoji.code());
    if (thing == null) {
      throw new BadDataException("there is no picture of %s, %s".formatted(emoji.code(), emoji));
    }
    return thing.tags();
  }

  private static void own(Map<String, String> owners, String text, Emoji emoji) {
    String owner = owners.putIfAbsent(text, emoji.code());
    if (owner != null && !owner.equals(emoji.code())) {
      throw new BadDataException(
          "\"%s\" is said of %s and of %s".formatted(text, owner, emoji.code()));
    }
  }

  private static Map<String, Object> row(
      Emoji emoji, NamedColor color, List<ScoredCaption> captions) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("image", file(emoji.code()));
    row.put("background", "#%06x".formatted(color.rgb()));
    row.put("repeats", color == NamedColor.WHITE ? WHITE_REPEATS : 1);
    row.put("captions", captions);
    return row;
  }

  private static Map<String, Object> unseen(Emoji emoji, String text, String kind) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("text", text);
    row.put("image", file(emoji.code()));
    row.put("kind", kind);
    return row;
  }

  private void write(String name, List<Object> rows) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      for (Object row : rows) {
        out.write(Json.write(row));
        out.write('\n');
      }
    }
  }
}
