package dev.sanaq.cli.train;

import dev.sanaq.checkpoint.write.GemmaTokenizerFiles;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.VerboseOption;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train tokenizer}: trains a byte-pair tokenizer like Gemma's on captions. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Trains a byte-pair tokenizer with byte fallback on captions.")
public final class TrainTokenizerCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      defaultValue = "2048",
      description =
          "Maximum number of ids, including 260 reserved ones (default: ${DEFAULT-VALUE}).")
  private int vocabSize;

  @Option(
      names = "--no-prompt-instruction",
      description = "Omit the complex human instruction, which otherwise counts once per row.")
  private boolean noPromptInstruction;

  @Mixin private OutputOption output;
  @Mixin private VerboseOption verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      List<String> texts = collectTexts(Dataset.read(data.list()).samples());
      GemmaTokenizerFiles tokenizer = TokenizerTrainer.train(texts, vocabSize);
      Path folder = Files.createDirectories(output.folder());
      tokenizer.write(folder);
      spec.commandLine().getOut().printf("%s: %s ids%n", folder, tokenizer.size());
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose.isSet());
    }
  }

  /** The texts as the text encoder sees them: lower case, and the instruction once per row. */
  private List<String> collectTexts(List<TrainingSample> samples) {
    List<String> texts = new ArrayList<>();
    for (TrainingSample sample : samples) {
      for (ScoredCaption caption : sample.captions()) {
        texts.add(caption.text().toLowerCase(Locale.ROOT));
      }
      if (!noPromptInstruction) {
        texts.add(ComplexHumanInstruction.text());
      }
    }
    return texts;
  }
}
