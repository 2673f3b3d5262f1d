package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointProblem;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "0:the checkpoint is complete, and the LoRA file fits it",
      "1:the checkpoint or the LoRA file is broken",
      "2:invalid command line"
    })
public final class InspectCommand implements Callable<Integer> {
  @Mixin private CheckpointOption model;
  @Mixin private VariantOption variant;

  @Option(
      names = {"--lora", "--adapter"},
      paramLabel = "FILE",
      description =
          "Describe this LoRA file instead: naming, rank, alpha, the layers that it changes.")
  private @Nullable Path lora;

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
      PrintWriter out = spec.commandLine().getOut();
      out.println(lora == null ? describe(checkpoint) : describe(checkpoint, lora));
      out.flush();
      return 0;
    } catch (CheckpointException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          "error: %s: problems: %s".formatted(lora == null ? folder : lora, e.problems().size()));
      for (CheckpointProblem problem : e.problems()) {
        err.println("  " + problem);
      }
      err.flush();
      return 1;
    }
  }

  private String describe(Checkpoint checkpoint) {
    InspectReport report = InspectReport.of(checkpoint);
    return json ? report.toJson() : InspectFormatter.format(report, ansi());
  }

  private String describe(Checkpoint checkpoint, Path file) {
    LoraReport report = LoraReport.of(file, LoraFile.open(file, checkpoint.transformer()));
    return json ? report.toJson() : report.toText(ansi());
  }

  private Ansi ansi() {
    return spec.commandLine().getColorScheme().ansi();
  }

  private Path checkpointFolder() {
    try {
      return model.folder();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
