package dev.sanaq.cli.train;

import dev.sanaq.cli.model.Fp32DeviceOptions;
import dev.sanaq.cli.terminal.VerboseOption;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.config.TrainingConfig;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of every training run. */
final class TrainingOptions {
  @Mixin private DataOption data;
  @Mixin private ConfigOption config;
  @Mixin private OutputOption output;

  @Option(names = "--resume", description = "Continue after the last snapshot in --output.")
  private boolean resume;

  @Mixin private Fp32DeviceOptions device;
  @Mixin private VerboseOption verbose;

  Path data() {
    return data.list();
  }

  TrainingConfig config() {
    return config.read();
  }

  Path output() {
    return output.folder();
  }

  boolean resume() {
    return resume;
  }

  boolean verbose() {
    return verbose.isSet();
  }

  /** Where to train; always in fp32. */
  DevicePlacement placement() {
    return device.placement();
  }
}
