package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.train.ControlNetTraining;
import dev.sanaq.train.config.ControlNetConfig;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train controlnet}: trains a ControlNet for a checkpoint on captioned images. */
@Command(
    name = "controlnet",
    mixinStandardHelpOptions = true,
    description =
        "Trains a ControlNet for a checkpoint, whose weights stay; a preprocessor makes the control"
            + " images. Writes the folder controlnets/NAME, which belongs into the checkpoint's.")
public final class TrainControlNetCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = ControlNetConfig.EMOJI_CANNY,
      description =
          "Configuration: a JSON file, or the name of a bundled one (default: ${DEFAULT-VALUE}).")
  private String config;

  @Mixin private OutputOption output;

  @Option(names = "--resume", description = "Continue after the last snapshot in --output.")
  private boolean resume;

  @Mixin private EvaluationOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (TrainingConsole console = new TrainingConsole(spec.commandLine().getErr())) {
      ControlNetTraining training =
          new ControlNetTraining(
              ControlNetConfig.read(config),
              data.list(),
              options.model(),
              output.folder(),
              options.placement(),
              console);
      spec.commandLine().getOut().println(training.run(resume));
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }
}
