package dev.sanaq.cli.train;

import dev.sanaq.cli.model.Fp32DeviceOptions;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.config.TrainingConfig;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every training is told. */
final class TrainingOptions {
  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = TrainingConfig.EMOJI,
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

  @Mixin private Fp32DeviceOptions device;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  TrainingConfig recipe() {
    return TrainingConfig.read(recipe);
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
  DevicePlacement placement() {
    return device.placement();
  }
}
