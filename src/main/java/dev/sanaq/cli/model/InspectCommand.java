package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointProblem;
import dev.sanaq.checkpoint.read.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code inspect}: describes a checkpoint, or lists everything that is wrong with it. Reads
 * configurations and tensor headers only, so it is fast for weights of any size.
 */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Describes a checkpoint: components, parameters, precision, bytes, what is missing.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the checkpoint is complete",
      "1:the checkpoint is broken",
      "2:invalid command line"
    })
public final class InspectCommand implements Callable<Integer> {
  @Mixin private CheckpointOption model;
  @Mixin private VariantOption variant;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path folder = checkpointFolder();
    try {
      Checkpoint checkpoint =
          variant.variant().isEmpty()
              ? Checkpoint.open(folder)
              : Checkpoint.open(folder, variant.variant());
      InspectReport report = InspectReport.of(checkpoint);
      Ansi ansi = spec.commandLine().getColorScheme().ansi();
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? report.toJson() : InspectFormatter.format(report, ansi));
      out.flush();
      return 0;
    } catch (CheckpointException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("error: %s: problems: %s".formatted(folder, e.problems().size()));
      for (CheckpointProblem problem : e.problems()) {
        err.println("  " + problem);
      }
      err.flush();
      return 1;
    }
  }

  private Path checkpointFolder() {
    try {
      return model.folder();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
