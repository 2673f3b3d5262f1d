package dev.sanaq.cli;

import dev.sanaq.sana.PipelineOptions;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.Recipe;
import java.nio.file.Path;
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

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of an operator. Default: the physical cores.")
  private int threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String device;

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
    if (threads < 0 || threads > PipelineOptions.MOST_THREADS) {
      throw new IllegalArgumentException(
          "--threads %d: must be 0 to %d".formatted(threads, PipelineOptions.MOST_THREADS));
    }
    Torch.setThreads(threads > 0 ? threads : Devices.physicalCores());
    return Devices.choose(device, "fp32");
  }
}
