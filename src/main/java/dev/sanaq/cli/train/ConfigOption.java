package dev.sanaq.cli.train;

import dev.sanaq.train.config.TrainingConfig;
import picocli.CommandLine.Option;

/** {@code --config}: the training configuration. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = TrainingConfig.EMOJI,
      description =
          "Training configuration: a JSON file, or the name of a bundled one (default:"
              + " ${DEFAULT-VALUE}).")
  private String nameOrFile;

  /** The name or file as given. */
  String nameOrFile() {
    return nameOrFile;
  }

  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException if it does not exist or is invalid
   */
  TrainingConfig read() {
    return TrainingConfig.read(nameOrFile);
  }
}
