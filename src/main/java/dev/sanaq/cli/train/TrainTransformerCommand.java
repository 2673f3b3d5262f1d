package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.train.TransformerTraining;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.config.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train transformer}: captioned images in, a checkpoint or an adapter out. */
@Command(
    name = "transformer",
    mixinStandardHelpOptions = true,
    description =
        "Trains the transformer by flow matching: with a text encoder from random weights, from a"
            + " checkpoint, or an adapter (LoRA) for a checkpoint.")
public final class TrainTransformerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "LIST",
      description = "JSON Lines of images with captions, or a folder.")
  private Path data;

  @ArgGroup(multiplicity = "1")
  private StartingWeights start = new StartingWeights();

  @Mixin private TrainingOptions options;
  @Spec private CommandSpec spec;

  /** From random weights or from a checkpoint. */
  private static final class StartingWeights {
    @ArgGroup(exclusive = false)
    private @Nullable FromScratch fromScratch;

    @ArgGroup(exclusive = false)
    private @Nullable FineTune fineTune;
  }

  /** What stands around a new transformer. */
  private static final class FromScratch {
    @Option(
        names = "--autoencoder",
        required = true,
        paramLabel = "DIR",
        description = "A vae folder, as train autoencoder writes it.")
    private Path autoencoder;

    @Option(
        names = "--tokenizer",
        required = true,
        paramLabel = "DIR",
        description = "A tokenizer folder, as train tokenizer writes it.")
    private Path tokenizer;
  }

  /** What is trained further. */
  private static final class FineTune {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description = "A checkpoint whose transformer learns on; its text encoder stays.")
    private Path model;

    @Option(
        names = "--lora-rank",
        paramLabel = "N",
        defaultValue = "0",
        description = "Learn an adapter of this rank, and leave the transformer as it is.")
    private int rank;

    @Option(
        names = "--lora-alpha",
        paramLabel = "A",
        description = "The adapter counts A / rank. Default: the rank.")
    private @Nullable Double alpha;

    @Option(
        names = "--lora-targets",
        paramLabel = "NAME",
        split = ",",
        defaultValue = "to_q,to_k,to_v",
        description = "The layers beside which it learns (default: ${DEFAULT-VALUE}).")
    private List<String> targets;

    BaseModels models() {
      if (rank == 0) {
        return BaseModels.fineTune(model);
      }
      double counted = alpha == null ? rank : alpha;
      return BaseModels.lora(model, new LoraConfig(rank, counted, targets));
    }
  }

  @Override
  public Integer call() {
    try (TrainingConsole lines = new TrainingConsole(spec.commandLine().getErr())) {
      TransformerTraining training =
          new TransformerTraining(
              options.recipe(), data, models(), options.output(), options.placement(), lines);
      spec.commandLine().getOut().println(training.run(options.resume()));
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }

  private BaseModels models() {
    FineTune tuning = start.fineTune;
    if (tuning != null) {
      return tuning.models();
    }
    FromScratch fresh = start.fromScratch;
    if (fresh == null) {
      throw new IllegalArgumentException("either --autoencoder and --tokenizer, or --model");
    }
    return BaseModels.fromScratch(fresh.autoencoder, fresh.tokenizer);
  }
}
