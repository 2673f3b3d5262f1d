package dev.sanaq.cli.generate;

import dev.sanaq.image.encode.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Where a command's images go: {@code out.png}, or {@code out-0.png, out-1.png, ...}. */
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
   * Places for the images.
   *
   * @param output ends in {@code .png}, {@code .jpg}, {@code .jpeg} or {@code .webp}, in a folder
   *     that exists
   * @param count images, at least 1
   * @throws IllegalArgumentException where nothing can be written there, before any work is done
   */
  static OutputFiles of(Path output, int count) {
    Path folder = output.toAbsolutePath().getParent();
    ImageFormat format =
        ImageFormat.ofFileName(output.toString())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        output + ": name it *.png, *.jpg or *.webp, for what it is to be"));
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(output + ": there is no folder " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw new IllegalArgumentException(output + ": the folder cannot be written to");
    }
    if (Files.isDirectory(output)) {
      throw new IllegalArgumentException(output + ": is a folder");
    }
    return new OutputFiles(output, format, count);
  }

  /** What the files' name says that they are. */
  ImageFormat format() {
    return format;
  }

  /** Image {@code index}'s file. */
  Path file(int index) {
    if (count == 1) {
      return output;
    }
    String name = String.valueOf(output.getFileName());
    int stem = name.lastIndexOf('.');
    return output.resolveSibling(name.substring(0, stem) + "-" + index + name.substring(stem));
  }

  /**
   * Writes an image: whole, or not at all, and holds itself meanwhile. An older file of that name
   * is replaced.
   *
   * @throws IOException where the disk is full or the file is held
   */
  synchronized void write(int index, byte[] bytes) throws IOException {
    Path file = file(index);
    Path part = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.write(part, bytes, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
