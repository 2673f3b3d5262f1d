package dev.sanaq.cli.model;

import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.host.CpuFeatures;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Device and threads for training and evaluation, which always compute in fp32. */
public final class Fp32DeviceOptions {
  @Mixin private ThreadsOption threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String device;

  /**
   * Sets the engine's threads and chooses the device.
   *
   * @throws IllegalArgumentException naming the invalid option
   */
  public DevicePlacement placement() {
    int count = threads.threads();
    Torch.setThreads(count > 0 ? count : CpuFeatures.physicalCores());
    return Devices.choose(device, "fp32");
  }
}
