package dev.sanaq.train.data;

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
 * What is learnt from: a list as JSON Lines, or a folder of pictures with a text file beside each.
 * Holds no pixels. Any number of threads.
 */
public final class Dataset {
  private final Path folder;
  private final List<Row> rows;

  private Dataset(Path folder, List<Row> rows) {
    this.folder = folder;
    this.rows = List.copyOf(rows);
  }

  /**
   * Reads a list.
   *
   * @param source a file with an object a line, {@code {"image": "a.webp", "captions": [{"text":
   *     "...", "clipScore": 0.31, "source": "vlm-1"}], "background": "#ffffff", "repeats": 1}},
   *     files relative to its own folder; or a folder, whose pictures are taken, with those below
   *     it, by their names' order, each line of {@code x.txt} a caption of {@code x.png}
   * @throws BadDataException where there is nothing, or a line is not as it must be
   */
  public static Dataset read(Path source) {
    try {
      Dataset dataset =
          Files.isDirectory(source)
              ? new Dataset(source, PictureFolder.rows(source))
              : new Dataset(folderOf(source), lines(source));
      if (dataset.rows.isEmpty()) {
        throw new BadDataException(source + " lists no picture");
      }
      return dataset;
    } catch (CharacterCodingException e) {
      throw new BadDataException(source + " is no text in UTF-8", e);
    } catch (IOException | UncheckedIOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(source, e), e);
    }
  }

  /** The rows in the list's order. */
  public List<Row> rows() {
    return rows;
  }

  /** Where a row's picture is. */
  public Path file(Row row) {
    return folder.resolve(row.image());
  }

  /**
   * The rows whose picture can be decoded; decodes every picture, on every core.
   *
   * @param report told of each picture that is left out, in the list's order
   * @throws BadDataException where more are damaged or missing than the limit allows, or all
   */
  public Dataset readable(DamageLimit limit, Consumer<String> report) {
    List<String> images = rows.stream().map(Row::image).distinct().toList();
    Map<String, String> damaged = new TreeMap<>();
    List<Optional<String>> faults = images.parallelStream().map(this::fault).toList();
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
          "%d of %d pictures are damaged or missing, more than the %s %% that may be; the first: %s"
              .formatted(
                  damaged.size(),
                  images.size(),
                  100 * limit.share(),
                  damaged.values().iterator().next()));
    }
    return new Dataset(
        folder, rows.stream().filter(row -> !damaged.containsKey(row.image())).toList());
  }

  /**
   * What the data is, for the keys of what is computed from it: a SHA-256 over the rows and the
   * bytes of their pictures. Another caption, pixel or order is another fingerprint.
   *
   * @return 64 hexadecimal digits
   * @throws BadDataException where a picture cannot be read
   */
  public String fingerprint() {
    return Fingerprint.of(this);
  }

  private Optional<String> fault(String image) {
    try {
      PictureReader.read(folder.resolve(image));
      return Optional.empty();
    } catch (UnreadablePictureException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static List<Row> lines(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 1;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          rows.add(new RowReader("%s, line %d".formatted(file, number)).read(line));
        }
        number++;
      }
    }
    return rows;
  }

  private static Path folderOf(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }
}
