package dev.sanaq.train.emoji;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * The emoji that the bundled checkpoint is trained on: those with a plain name that can be
 * distinguished from all others at 128 pixels; no people, symbols, flags or clock faces.
 */
final class EmojiSet {
  private static final String RESOURCE = "emoji.tsv";

  private EmojiSet() {}

  static List<Emoji> read() {
    try (InputStream input = EmojiSet.class.getResourceAsStream(RESOURCE)) {
      if (input == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the program");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(EmojiSet::emoji)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Emoji emoji(String line) {
    String[] cells = line.split("\t", -1);
    return new Emoji(cells[0], cells[1], names(cells, 2), names(cells, 3));
  }

  private static List<String> names(String[] cells, int index) {
    return index >= cells.length
        ? List.of()
        : Stream.of(cells[index].split(";", -1))
            .map(String::strip)
            .filter(n -> !n.isEmpty())
            .toList();
  }
}
