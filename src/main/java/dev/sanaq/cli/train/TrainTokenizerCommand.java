package dev.sanaq.cli.train;

import dev.sanaq.checkpoint.write.GemmaTokenizerFiles;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.sana.text.ComplexHumanInstruction;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.tokenizer.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train tokenizer}: a byte-pair tokenizer of Gemma's kind from a list's captions. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Learns a byte-pair tokenizer with byte fallback from captions.")
public final class TrainTokenizerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "LIST",
      description = "JSON Lines of images with captions, or a folder.")
  private Path data;

  @Option(
      names = "--vocab-size",
      defaultValue = "2048",
      description = "Ids at most, 260 reserved ones included (default: ${DEFAULT-VALUE}).")
  private int vocabSize;

  @Option(
      names = "--no-instruction",
      description = "Leave out the complex human instruction that prompts are put behind.")
  private boolean noInstruction;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where its three files go; made where it is missing.")
  private Path output;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      List<String> texts = collectTexts(Dataset.read(data).samples());
      GemmaTokenizerFiles tokenizer = TokenizerTrainer.train(texts, vocabSize);
      Files.createDirectories(output);
      tokenizer.write(output);
      spec.commandLine().getOut().printf("%s: %d ids%n", output, tokenizer.size());
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  /** As the text encoder sees them: lower case, the instruction once a row. */
  private List<String> collectTexts(List<TrainingSample> rows) {
    List<String> texts = new ArrayList<>();
    for (TrainingSample row : rows) {
      for (ScoredCaption caption : row.captions()) {
        texts.add(caption.text().toLowerCase(Locale.ROOT));
      }
      if (!noInstruction) {
        texts.add(ComplexHumanInstruction.text());
      }
    }
    return texts;
  }
}
