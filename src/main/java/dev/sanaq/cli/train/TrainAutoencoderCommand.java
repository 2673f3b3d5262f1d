package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.train.AutoencoderTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train autoencoder}: trains a DC-AE on images and writes a {@code vae} folder. */
@Command(
    name = "autoencoder",
    mixinStandardHelpOptions = true,
    description = "Trains a deep-compression autoencoder on images.")
public final class TrainAutoencoderCommand implements Callable<Integer> {
  @Option(
      names = "--eval-data",
      required = true,
      paramLabel = "LIST",
      description = "Held-out images for evaluation, in the same format as --data.")
  private Path evalData;

  @Mixin private TrainingOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (TrainingConsole console = new TrainingConsole(spec.commandLine().getErr())) {
      Path vae =
          AutoencoderTraining.run(
              options.config(),
              options.data(),
              evalData,
              options.output(),
              options.resume(),
              options.placement(),
              console);
      spec.commandLine().getOut().println(vae);
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }
}
