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

/** {@code train autoencoder}: images in, {@code vae} out. */
@Command(
    name = "autoencoder",
    mixinStandardHelpOptions = true,
    description = "Trains a deep-compression autoencoder on images.")
public final class TrainAutoencoderCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "LIST",
      description = "JSON Lines of images, or a folder.")
  private Path data;

  @Option(
      names = "--held-out",
      required = true,
      paramLabel = "LIST",
      description = "Images to measure on, which are not learnt.")
  private Path heldOut;

  @Mixin private TrainingOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (TrainingConsole lines = new TrainingConsole(spec.commandLine().getErr())) {
      Path written =
          AutoencoderTraining.run(
              options.recipe(),
              data,
              heldOut,
              options.output(),
              options.resume(),
              options.placement(),
              lines);
      spec.commandLine().getOut().println(written);
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }
}
