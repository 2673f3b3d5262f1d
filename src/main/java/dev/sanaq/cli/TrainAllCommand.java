package dev.sanaq.cli;

import dev.sanaq.train.Recipe;
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
      defaultValue = Recipe.EMOJI,
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
      return run();
    } catch (IOException | RuntimeException e) {
      return Failure.report(spec.commandLine().getErr(), e, false);
    }
  }

  private int run() throws IOException {
    Files.createDirectories(output);
    for (Part part : parts()) {
      if (!done(part)) {
        int code = execute(part, spec.commandLine().getOut());
        if (code != 0) {
          return code;
        }
        Files.writeString(mark(part), part.options());
      }
    }
    return figures();
  }

  /** One of the other commands. */
  private record Part(String name, Object command, List<String> arguments) {
    String options() {
      return String.join(" ", arguments) + "\n";
    }
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    if (data == null) {
      parts.add(making("emoji", new TrainEmojiCommand()));
    }
    String captioned = list("transformer");
    String vocabulary = Integer.toString(Recipe.read(recipe).vocabulary());
    parts.add(
        making(
            "tokenizer",
            new TrainTokenizerCommand(),
            "--data",
            captioned,
            "--vocab-size",
            vocabulary));
    parts.add(
        learning(
            "autoencoder",
            new TrainAutoencoderCommand(),
            "--data",
            list("autoencoder"),
            "--held-out",
            list("held-out")));
    parts.add(
        learning(
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

  private Part learning(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--recipe", recipe, "--resume"));
    return making(name, command, all.toArray(String[]::new));
  }

  private Part making(String name, Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--output", output.resolve(name).toString()));
    return new Part(name, command, all);
  }

  private String list(String name) {
    return (data == null ? output.resolve("emoji") : data).resolve(name + ".jsonl").toString();
  }

  /** The measures, which are printed again where they were taken before. */
  private int figures() throws IOException {
    Path file = output.resolve("figures.jsonl");
    Part part =
        new Part(
            "figures",
            new TrainEvaluateCommand(),
            List.of(
                "--model",
                output.resolve("transformer/checkpoint").toString(),
                "--held-out",
                list("held-out"),
                "--captions",
                list("transformer"),
                "--limit",
                Integer.toString(limit)));
    if (!done(part)) {
      // Not straight into the file: a PrintWriter keeps to itself that a disk is full.
      StringWriter lines = new StringWriter();
      int code = execute(part, new PrintWriter(lines));
      if (code != 0) {
        return code;
      }
      Files.writeString(file, lines.toString());
      Files.writeString(mark(part), part.options());
    }
    spec.commandLine().getOut().print(Files.readString(file));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private Path mark(Part part) {
    return output.resolve(part.name() + ".done");
  }

  private boolean done(Part part) throws IOException {
    Path mark = mark(part);
    if (!Files.exists(mark)) {
      return false;
    }
    if (!Files.readString(mark).equals(part.options())) {
      throw new IllegalArgumentException(
          "%s says that this was made with other options: take another --output, or delete it and"
                  .formatted(mark)
              + " what it stands for");
    }
    return true;
  }

  private int execute(Part part, PrintWriter out) {
    spec.commandLine().getErr().println("train " + part.name());
    spec.commandLine().getErr().flush();
    return new CommandLine(part.command())
        .setOut(out)
        .setErr(spec.commandLine().getErr())
        .execute(part.arguments().toArray(String[]::new));
  }
}
