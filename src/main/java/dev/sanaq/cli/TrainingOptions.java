package dev.sanaq.cli;

import dev.sanaq.torch.Placement;
import dev.sanaq.train.Recipe;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every training is told. */
final class TrainingOptions {
  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = Recipe.EMOJI,
      description =
          "A JSON file of configs, phases and rates, or the one of the checkpoint that ships"
              + " (default: ${DEFAULT-VALUE}).")
  private String recipe;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The run's folder: snapshots, figures, curves, and what was trained.")
  private Path output;

  @Option(names = "--resume", description = "Go on after the last snapshot in the folder.")
  private boolean resume;

  @Mixin private ExactDevice device;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  Recipe recipe() {
    return Recipe.read(recipe);
  }

  Path output() {
    return output;
  }

  boolean resume() {
    return resume;
  }

  boolean verbose() {
    return verbose;
  }

  /** Where to train: in fp32, whatever the device. */
  Placement placement() {
    return device.placement();
  }
}
