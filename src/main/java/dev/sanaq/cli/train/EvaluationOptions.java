package dev.sanaq.cli.train;

import dev.sanaq.cli.model.CheckpointOption;
import dev.sanaq.cli.model.Fp32DeviceOptions;
import dev.sanaq.cli.terminal.VerboseOption;
import dev.sanaq.torch.DevicePlacement;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/** Options that say which checkpoint to evaluate or to extend, and where. */
final class EvaluationOptions {
  @Mixin private CheckpointOption checkpoint;
  @Mixin private Fp32DeviceOptions device;
  @Mixin private VerboseOption verbose;

  Path model() {
    return checkpoint.folder();
  }

  boolean verbose() {
    return verbose.isSet();
  }

  /** The device; always in fp32. */
  DevicePlacement placement() {
    return device.placement();
  }
}
