package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.files.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code train all}: builds the bundled checkpoint from scratch by running the other commands in
 * order. A marker file beside each finished stage holds its options, so a second run continues
 * where the first one stopped.
 */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = {
      "Builds the bundled checkpoint from scratch: data, tokenizer, autoencoder, transformer with a"
          + " sample sheet, evaluation.",
      "If it is stopped and run again with the same options, it continues where it was."
    })
public final class TrainAllCommand implements Callable<Integer> {
  @Mixin private OutputOption output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder that train emoji wrote (default: emoji in --output, created from packages that npm"
              + " downloads).")
  private @Nullable Path data;

  @Mixin private ConfigOption config;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of captions to evaluate; 0 for all (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      return runStages();
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, false);
    }
  }

  private int runStages() throws IOException {
    Files.createDirectories(output.folder());
    for (Stage stage : stages()) {
      if (!isDone(stage)) {
        int code = execute(stage, spec.commandLine().getOut());
        if (code != 0) {
          return code;
        }
        AtomicFile.write(doneMarker(stage), stage.optionsText());
      }
    }
    return evaluate();
  }

  /** A command with its arguments. */
  private record Stage(String name, Object command, List<String> arguments) {
    String optionsText() {
      return String.join(" ", arguments) + "\n";
    }
  }

  private List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    if (data == null) {
      stages.add(stage("emoji", new TrainEmojiCommand()));
    }
    String captionedList = listFile("transformer");
    String vocabSize = Integer.toString(config.read().vocabSize());
    stages.add(
        stage(
            "tokenizer",
            new TrainTokenizerCommand(),
            "--data",
            captionedList,
            "--vocab-size",
            vocabSize));
    stages.add(
        trainingStage(
            "autoencoder",
            new TrainAutoencoderCommand(),
            "--data",
            listFile("autoencoder"),
            "--eval-data",
            listFile("held-out")));
    stages.add(
        trainingStage(
            "transformer",
            new TrainTransformerCommand(),
            "--data",
            captionedList,
            "--autoencoder",
            outputPath("autoencoder/vae").toString(),
            "--tokenizer",
            outputPath("tokenizer").toString()));
    return stages;
  }

  private Stage trainingStage(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", config.nameOrFile(), "--resume"));
    return stage(name, command, all.toArray(String[]::new));
  }

  private Stage stage(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--output", outputPath(name).toString()));
    return new Stage(name, command, all);
  }

  private String listFile(String name) {
    return (data == null ? outputPath("emoji") : data).resolve(name + ".jsonl").toString();
  }

  /** Evaluates the checkpoint, or reads the stored results, and prints them. */
  private int evaluate() throws IOException {
    Path results = outputPath("figures.jsonl");
    Stage stage =
        new Stage(
            "figures",
            new TrainEvaluateCommand(),
            List.of(
                "--model",
                outputPath("transformer/checkpoint").toString(),
                "--eval-data",
                listFile("held-out"),
                "--captions",
                listFile("transformer"),
                "--limit",
                Integer.toString(limit)));
    if (!isDone(stage)) {
      // Not directly into the file: a PrintWriter hides that a disk is full.
      StringWriter lines = new StringWriter();
      int code = execute(stage, new PrintWriter(lines));
      if (code != 0) {
        return code;
      }
      AtomicFile.write(results, lines.toString());
      AtomicFile.write(doneMarker(stage), stage.optionsText());
    }
    spec.commandLine().getOut().print(Files.readString(results));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private Path outputPath(String name) {
    return output.folder().resolve(name);
  }

  private Path doneMarker(Stage stage) {
    return outputPath(stage.name() + ".done");
  }

  private boolean isDone(Stage stage) throws IOException {
    Path marker = doneMarker(stage);
    if (!Files.exists(marker)) {
      return false;
    }
    if (!Files.readString(marker).equals(stage.optionsText())) {
      throw new IllegalArgumentException(
          "%s: this stage was run with other options; use another --output, or delete the file and the"
                  .formatted(marker)
              + " stage's output");
    }
    return true;
  }

  private int execute(Stage stage, PrintWriter out) {
    spec.commandLine().getErr().println("train " + stage.name());
    spec.commandLine().getErr().flush();
    return CliErrors.install(new CommandLine(stage.command()))
        .setOut(out)
        .setErr(spec.commandLine().getErr())
        .execute(stage.arguments().toArray(String[]::new));
  }
}
