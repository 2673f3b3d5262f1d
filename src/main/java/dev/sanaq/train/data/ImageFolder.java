package dev.sanaq.train.data;

import dev.sanaq.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a folder of images; the captions of an image are in a text file beside it. */
final class ImageFolder {
  private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg", "webp");

  private ImageFolder() {}

  static List<TrainingSample> readSamples(Path folder) throws IOException {
    List<Path> images;
    try (Stream<Path> files = Files.walk(folder)) {
      images = files.filter(ImageFolder::isImage).sorted().toList();
    }
    return images.stream().map(file -> readSample(folder, file)).toList();
  }

  private static TrainingSample readSample(Path folder, Path file) {
    return new TrainingSample(
        folder.relativize(file).toString(), TrainingSample.WHITE, 1, readCaptions(file));
  }

  private static List<ScoredCaption> readCaptions(Path file) {
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
      throw new BadDataException("%s cannot be read: %s".formatted(text, FileErrors.reason(e)), e);
    }
  }

  private static boolean isImage(Path file) {
    return Files.isRegularFile(file) && EXTENSIONS.contains(extension(file));
  }

  private static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.lastIndexOf('.'));
  }
}
