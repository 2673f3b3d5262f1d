package dev.sanaq.cli.train;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --output}: the folder that a command writes. */
final class OutputOption {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Output folder; created if it does not exist.")
  private Path folder;

  /** The folder; it need not exist. */
  Path folder() {
    return folder;
  }
}
