package dev.sanaq.cli.generate;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.image.encode.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files that a command writes its images to: {@code out.png}, or {@code out-0.png, out-1.png,
 * ...}.
 */
final class OutputFiles {
  private final Path output;
  private final ImageFormat format;
  private final int count;

  private OutputFiles(Path output, ImageFormat format, int count) {
    this.output = output;
    this.format = format;
    this.count = count;
  }

  /**
   * Validates the output path.
   *
   * @param output ends in {@code .png}, {@code .jpg}, {@code .jpeg} or {@code .webp}, in an
   *     existing folder
   * @param count number of images, at least 1
   * @throws IllegalArgumentException if nothing can be written there
   */
  static OutputFiles of(Path output, int count) {
    Path folder = output.toAbsolutePath().getParent();
    ImageFormat format =
        ImageFormat.ofFileName(output.toString())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "unsupported extension: %s (use .png, .jpg or .webp)".formatted(output)));
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(output + ": no folder " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw new IllegalArgumentException(output + ": the folder is not writable");
    }
    if (Files.isDirectory(output)) {
      throw new IllegalArgumentException(output + ": is a folder");
    }
    return new OutputFiles(output, format, count);
  }

  /** The format that the extension selects. */
  ImageFormat format() {
    return format;
  }

  /** The file of image {@code index}. */
  Path file(int index) {
    if (count == 1) {
      return output;
    }
    String name = String.valueOf(output.getFileName());
    int stem = name.lastIndexOf('.');
    return output.resolveSibling(name.substring(0, stem) + "-" + index + name.substring(stem));
  }

  /**
   * Writes an image atomically and replaces an older file of that name. Holds this object's lock
   * meanwhile, so that {@code SignalHandling} does not exit in between.
   *
   * @throws IOException if the file cannot be written
   */
  synchronized void write(int index, byte[] bytes) throws IOException {
    AtomicFile.write(file(index), bytes);
  }
}
