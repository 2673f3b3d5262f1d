package dev.sanaq.cli;

import dev.sanaq.sana.PipelineOptions;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Torch;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which checkpoint to measure, and where. */
final class EvaluationOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A checkpoint in the published (diffusers) layout.")
  private Path model;

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

  Path model() {
    return model;
  }

  boolean verbose() {
    return verbose;
  }

  /** In fp32, whatever the device. */
  Placement placement() {
    if (threads < 0 || threads > PipelineOptions.MOST_THREADS) {
      throw new IllegalArgumentException(
          "--threads %d: must be 0 to %d".formatted(threads, PipelineOptions.MOST_THREADS));
    }
    Torch.setThreads(threads > 0 ? threads : Devices.physicalCores());
    return Devices.choose(device, "fp32");
  }
}
