package dev.sanaq.cli.train;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --data}: the images that a command trains on. */
final class DataOption {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "LIST",
      description = "Training images: a JSON Lines list, or a folder with caption files.")
  private Path list;

  /** The list, or the folder. */
  Path list() {
    return list;
  }
}
