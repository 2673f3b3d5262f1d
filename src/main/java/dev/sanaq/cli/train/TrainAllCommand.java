package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.train.config.TrainingConfig;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code train all}: the checkpoint that ships, from nothing, by the other commands one after
 * another. What is done is marked by a file beside it that says with which options, so running it
 * again goes on where it stopped.
 */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the small checkpoint from nothing: data, tokenizer, autoencoder, transformer with its"
          + " sample sheet, figures.",
      "Stopped, and run again with the same options, it goes on where it was."
    })
public final class TrainAllCommand implements Callable<Integer> {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description =
          "Where all of it goes: emoji, tokenizer, autoencoder, transformer, figures.jsonl.")
  private Path output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder as train emoji makes it. Default: emoji in --output, made with the packages that"
              + " npm fetches.")
  private @Nullable Path data;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = TrainingConfig.EMOJI,
      description = "As for the parts (default: ${DEFAULT-VALUE}).")
  private String recipe;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Captions to draw for the figures; 0 for all (default: ${DEFAULT-VALUE}).")
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
    Files.createDirectories(output);
    for (Stage part : stages()) {
      if (!isDone(part)) {
        int code = execute(part, spec.commandLine().getOut());
        if (code != 0) {
          return code;
        }
        Files.writeString(doneMarker(part), part.optionsText());
      }
    }
    return evaluate();
  }

  /** One of the other commands. */
  private record Stage(String name, Object command, List<String> arguments) {
    String optionsText() {
      return String.join(" ", arguments) + "\n";
    }
  }

  private List<Stage> stages() {
    List<Stage> parts = new ArrayList<>();
    if (data == null) {
      parts.add(stage("emoji", new TrainEmojiCommand()));
    }
    String captioned = listFile("transformer");
    String vocabulary = Integer.toString(TrainingConfig.read(recipe).vocabSize());
    parts.add(
        stage(
            "tokenizer",
            new TrainTokenizerCommand(),
            "--data",
            captioned,
            "--vocab-size",
            vocabulary));
    parts.add(
        trainingStage(
            "autoencoder",
            new TrainAutoencoderCommand(),
            "--data",
            listFile("autoencoder"),
            "--held-out",
            listFile("held-out")));
    parts.add(
        trainingStage(
            "transformer",
            new TrainTransformerCommand(),
            "--data",
            captioned,
            "--autoencoder",
            output.resolve("autoencoder/vae").toString(),
            "--tokenizer",
            output.resolve("tokenizer").toString()));
    return parts;
  }

  private Stage trainingStage(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--recipe", recipe, "--resume"));
    return stage(name, command, all.toArray(String[]::new));
  }

  private Stage stage(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--output", output.resolve(name).toString()));
    return new Stage(name, command, all);
  }

  private String listFile(String name) {
    return (data == null ? output.resolve("emoji") : data).resolve(name + ".jsonl").toString();
  }

  /** The measures, which are printed again where they were taken before. */
  private int evaluate() throws IOException {
    Path file = output.resolve("figures.jsonl");
    Stage part =
        new Stage(
            "figures",
            new TrainEvaluateCommand(),
            List.of(
                "--model",
                output.resolve("transformer/checkpoint").toString(),
                "--held-out",
                listFile("held-out"),
                "--captions",
                listFile("transformer"),
                "--limit",
                Integer.toString(limit)));
    if (!isDone(part)) {
      // Not straight into the file: a PrintWriter keeps to itself that a disk is full.
      StringWriter lines = new StringWriter();
      int code = execute(part, new PrintWriter(lines));
      if (code != 0) {
        return code;
      }
      Files.writeString(file, lines.toString());
      Files.writeString(doneMarker(part), part.optionsText());
    }
    spec.commandLine().getOut().print(Files.readString(file));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private Path doneMarker(Stage part) {
    return output.resolve(part.name() + ".done");
  }

  private boolean isDone(Stage part) throws IOException {
    Path mark = doneMarker(part);
    if (!Files.exists(mark)) {
      return false;
    }
    if (!Files.readString(mark).equals(part.optionsText())) {
      throw new IllegalArgumentException(
          "%s says that this was made with other options: take another --output, or delete it and"
                  .formatted(mark)
              + " what it stands for");
    }
    return true;
  }

  private int execute(Stage part, PrintWriter out) {
    spec.commandLine().getErr().println("train " + part.name());
    spec.commandLine().getErr().flush();
    return new CommandLine(part.command())
        .setOut(out)
        .setErr(spec.commandLine().getErr())
        .execute(part.arguments().toArray(String[]::new));
  }
}
