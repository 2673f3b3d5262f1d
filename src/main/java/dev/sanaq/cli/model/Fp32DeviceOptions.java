package dev.sanaq.cli.model;

import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.host.CpuFeatures;
import picocli.CommandLine.Option;

/** Where to learn and to measure: a device and its threads, in fp32 whichever it is. */
public final class Fp32DeviceOptions {
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

  /**
   * Sets the engine's threads and chooses the device.
   *
   * @throws IllegalArgumentException naming the option that is wrong
   */
  public DevicePlacement placement() {
    ModelOptions.validateThreads(threads);
    Torch.setThreads(threads > 0 ? threads : CpuFeatures.physicalCores());
    return Devices.choose(device, "fp32");
  }
}
