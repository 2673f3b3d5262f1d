package dev.sanaq.train.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** A folder as a list: every picture in it or below, its captions in a text file beside it. */
final class PictureFolder {
  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "webp");

  private PictureFolder() {}

  static List<Row> rows(Path folder) throws IOException {
    List<Path> pictures;
    try (Stream<Path> files = Files.walk(folder)) {
      pictures = files.filter(PictureFolder::isPicture).sorted().toList();
    }
    return pictures.stream().map(file -> row(folder, file)).toList();
  }

  private static Row row(Path folder, Path file) {
    return new Row(folder.relativize(file).toString(), Row.WHITE, 1, captions(file));
  }

  private static List<ScoredCaption> captions(Path file) {
    Path text = file.resolveSibling(stem(file) + ".txt");
    if (!Files.isRegularFile(text)) {
      return List.of();
    }
    try {
      return Files.readAllLines(text).stream()
          .filter(line -> !line.isBlank())
          .map(line -> new ScoredCaption(line.strip(), 0, ""))
          .toList();
    } catch (IOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(text, e), e);
    }
  }

  private static boolean isPicture(Path file) {
    return Files.isRegularFile(file) && ENDINGS.contains(ending(file));
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.lastIndexOf('.'));
  }
}
