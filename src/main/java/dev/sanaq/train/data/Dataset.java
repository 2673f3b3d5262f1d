package dev.sanaq.train.data;

import dev.sanaq.files.FileErrors;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Training data: a JSON Lines list, or a folder of images with a text file beside each. Immutable;
 * holds no pixels.
 */
public final class Dataset {
  private final Path folder;
  private final List<TrainingSample> samples;

  private Dataset(Path folder, List<TrainingSample> samples) {
    this.folder = folder;
    this.samples = List.copyOf(samples);
  }

  /**
   * Reads a list or a folder.
   *
   * @param source a file with one object per line, {@code {"image": "a.webp", "captions": [{"text":
   *     "...", "clipScore": 0.31, "source": "vlm-1"}], "background": "#ffffff", "repeats": 1}},
   *     paths relative to its folder; or a folder, with all images in it and below in the order of
   *     their names, each line of {@code x.txt} a caption of {@code x.png}
   * @throws BadDataException if there is no image, or a line is invalid
   */
  public static Dataset read(Path source) {
    try {
      Dataset dataset =
          Files.isDirectory(source)
              ? new Dataset(source, ImageFolder.readSamples(source))
              : new Dataset(parentFolder(source), readLines(source));
      if (dataset.samples.isEmpty()) {
        throw new BadDataException(source + " lists no image");
      }
      return dataset;
    } catch (UncheckedIOException e) {
      throw unreadable(source, FileErrors.cause(e));
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  /** The samples in the order of the list. */
  public List<TrainingSample> samples() {
    return samples;
  }

  /** The file of a sample's image. */
  public Path imageFile(TrainingSample sample) {
    return folder.resolve(sample.image());
  }

  /**
   * Removes samples whose image cannot be decoded. Decodes all images, on all cores.
   *
   * @param report receives one message per removed image, in the order of the list
   * @throws BadDataException if more images are corrupt than the limit allows, or all are
   */
  public Dataset filterReadable(MaxCorruptShare limit, Consumer<String> report) {
    List<String> images = samples.stream().map(TrainingSample::image).distinct().toList();
    Map<String, String> corrupt = new TreeMap<>();
    List<Optional<String>> errors = images.parallelStream().map(this::decodeError).toList();
    for (int i = 0; i < images.size(); i++) {
      String image = images.get(i);
      errors
          .get(i)
          .ifPresent(
              error -> {
                corrupt.put(image, error);
                report.accept(error);
              });
    }
    if (!limit.allows(corrupt.size(), images.size()) || corrupt.size() == images.size()) {
      throw new BadDataException(
          "%s of %s images are corrupt or missing, more than the allowed %s %%; the first: %s"
              .formatted(
                  corrupt.size(),
                  images.size(),
                  100 * limit.share(),
                  corrupt.values().iterator().next()));
    }
    return new Dataset(
        folder, samples.stream().filter(sample -> !corrupt.containsKey(sample.image())).toList());
  }

  private Optional<String> decodeError(String image) {
    try {
      ImageDecoder.read(folder.resolve(image));
      return Optional.empty();
    } catch (UnreadableImageException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static BadDataException unreadable(Path source, IOException e) {
    return new BadDataException("%s cannot be read: %s".formatted(source, FileErrors.reason(e)), e);
  }

  private static List<TrainingSample> readLines(Path file) throws IOException {
    List<TrainingSample> samples = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 1;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          samples.add(new TrainingSampleReader("%s, line %s".formatted(file, number)).read(line));
        }
        number++;
      }
    }
    return samples;
  }

  private static Path parentFolder(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }
}
