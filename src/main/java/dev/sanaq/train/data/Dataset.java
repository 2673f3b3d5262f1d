package dev.sanaq.train.data;

import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What is learnt from: a list as JSON Lines, or a folder of images with a text file beside each.
 * Holds no pixels. Any number of threads.
 */
public final class Dataset {
  private final Path folder;
  private final List<TrainingSample> samples;

  private Dataset(Path folder, List<TrainingSample> rows) {
    this.folder = folder;
    this.samples = List.copyOf(rows);
  }

  /**
   * Reads a list.
   *
   * @param source a file with an object a line, {@code {"image": "a.webp", "captions": [{"text":
   *     "...", "clipScore": 0.31, "source": "vlm-1"}], "background": "#ffffff", "repeats": 1}},
   *     files relative to its own folder; or a folder, whose images are taken, with those below it,
   *     by their names' order, each line of {@code x.txt} a caption of {@code x.png}
   * @throws BadDataException where there is nothing, or a line is not as it must be
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
    } catch (CharacterCodingException e) {
      throw new BadDataException(source + " is no text in UTF-8", e);
    } catch (IOException | UncheckedIOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(source, e), e);
    }
  }

  /** The rows in the list's order. */
  public List<TrainingSample> samples() {
    return samples;
  }

  /** Where a row's image is. */
  public Path imageFile(TrainingSample row) {
    return folder.resolve(row.image());
  }

  /**
   * The rows whose image can be decoded; decodes every image, on every core.
   *
   * @param report told of each image that is left out, in the list's order
   * @throws BadDataException where more are damaged or missing than the limit allows, or all
   */
  public Dataset filterReadable(MaxCorruptShare limit, Consumer<String> report) {
    List<String> images = samples.stream().map(TrainingSample::image).distinct().toList();
    Map<String, String> damaged = new TreeMap<>();
    List<Optional<String>> faults = images.parallelStream().map(this::decodeError).toList();
    for (int i = 0; i < images.size(); i++) {
      String image = images.get(i);
      faults
          .get(i)
          .ifPresent(
              fault -> {
                damaged.put(image, fault);
                report.accept(fault);
              });
    }
    if (!limit.allows(damaged.size(), images.size()) || damaged.size() == images.size()) {
      throw new BadDataException(
          "%d of %d images are damaged or missing, more than the %s %% that may be; the first: %s"
              .formatted(
                  damaged.size(),
                  images.size(),
                  100 * limit.share(),
                  damaged.values().iterator().next()));
    }
    return new Dataset(
        folder, samples.stream().filter(row -> !damaged.containsKey(row.image())).toList());
  }

  /**
   * What the data is, for the keys of what is computed from it: a SHA-256 over the rows and the
   * bytes of their images. Another caption, pixel or order is another fingerprint.
   *
   * @return 64 hexadecimal digits
   * @throws BadDataException where an image cannot be read
   */
  public String fingerprint() {
    return DatasetFingerprint.compute(this);
  }

  private Optional<String> decodeError(String image) {
    try {
      ImageDecoder.read(folder.resolve(image));
      return Optional.empty();
    } catch (UnreadableImageException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static List<TrainingSample> readLines(Path file) throws IOException {
    List<TrainingSample> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 1;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          rows.add(new TrainingSampleReader("%s, line %d".formatted(file, number)).read(line));
        }
        number++;
      }
    }
    return rows;
  }

  private static Path parentFolder(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }
}
