package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointProblem;
import dev.sanaq.checkpoint.read.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code inspect}: says what a checkpoint is, or everything that is wrong with it. Reads configs
 * and headers only, so it is quick whatever the weights' size.
 */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Says what a checkpoint is: parts, parameters, precision, bytes, what is missing.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:the checkpoint is whole", "1:it is broken", "2:used wrongly"})
public final class InspectCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A checkpoint in the published (diffusers) layout.")
  private Path model;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "The weight files' variant, such as bf16. Default: the one that is there.")
  private @Nullable String variant;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!Files.isDirectory(model)) {
      throw new ParameterException(
          spec.commandLine(), "--model " + model + ": there is no such folder");
    }
    try {
      Checkpoint checkpoint =
          variant == null ? Checkpoint.open(model) : Checkpoint.open(model, variant);
      InspectReport report = InspectReport.of(checkpoint);
      Ansi ansi = spec.commandLine().getColorScheme().ansi();
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? report.toJson() : InspectFormatter.format(report, ansi));
      out.flush();
      return 0;
    } catch (CheckpointException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("error: %s: problems: %d".formatted(model, e.problems().size()));
      for (CheckpointProblem problem : e.problems()) {
        err.println("  " + problem);
      }
      err.flush();
      return 1;
    }
  }
}
