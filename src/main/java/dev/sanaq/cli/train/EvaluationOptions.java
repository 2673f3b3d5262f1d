package dev.sanaq.cli.train;

import dev.sanaq.cli.model.Fp32DeviceOptions;
import dev.sanaq.torch.DevicePlacement;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which checkpoint to measure, and where. */
final class EvaluationOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A checkpoint in the published (diffusers) layout.")
  private Path model;

  @Mixin private Fp32DeviceOptions device;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  Path model() {
    return model;
  }

  boolean verbose() {
    return verbose;
  }

  /** In fp32, whatever the device. */
  DevicePlacement placement() {
    return device.placement();
  }
}
