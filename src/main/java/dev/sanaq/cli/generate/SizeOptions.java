package dev.sanaq.cli.generate;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --width} and {@code --height}: the size of the image. */
final class SizeOptions {
  @Option(
      names = "--width",
      paramLabel = "PIXELS",
      description = "Width of the image (default: the model's).")
  private @Nullable Integer width;

  @Option(
      names = "--height",
      paramLabel = "PIXELS",
      description = "Height of the image (default: the model's).")
  private @Nullable Integer height;

  /** Pixels, if given; not checked. */
  @Nullable Integer width() {
    return width;
  }

  /** Pixels, if given; not checked. */
  @Nullable Integer height() {
    return height;
  }

  int widthOr(int modelWidth) {
    return width == null ? modelWidth : width;
  }

  int heightOr(int modelHeight) {
    return height == null ? modelHeight : height;
  }
}
