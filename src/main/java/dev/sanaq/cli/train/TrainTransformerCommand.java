package dev.sanaq.cli.train;

import dev.sanaq.cli.model.CheckpointOption;
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

/** {@code train transformer}: trains on captioned images; writes a checkpoint or a LoRA adapter. */
@Command(
    name = "transformer",
    mixinStandardHelpOptions = true,
    description =
        "Trains the transformer by flow matching: from scratch together with the text encoder, from a"
            + " checkpoint, or as a LoRA adapter of a checkpoint.")
public final class TrainTransformerCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private StartingWeights start = new StartingWeights();

  @Mixin private TrainingOptions options;
  @Spec private CommandSpec spec;

  /** Either random weights or a checkpoint. */
  private static final class StartingWeights {
    @ArgGroup(exclusive = false)
    private @Nullable FromScratch fromScratch;

    @ArgGroup(exclusive = false)
    private @Nullable FineTune fineTune;
  }

  /** The components that a new transformer is trained with. */
  private static final class FromScratch {
    @Option(
        names = "--autoencoder",
        required = true,
        paramLabel = "DIR",
        description = "Folder of an autoencoder, as train autoencoder writes it (vae).")
    private Path autoencoder;

    @Option(
        names = "--tokenizer",
        required = true,
        paramLabel = "DIR",
        description = "Folder of a tokenizer, as train tokenizer writes it.")
    private Path tokenizer;
  }

  /** A checkpoint to start from. */
  private static final class FineTune {
    @Option(
        names = CheckpointOption.NAME,
        required = true,
        paramLabel = "DIR",
        description = "Folder of a checkpoint to fine-tune; its text encoder is frozen.")
    private Path model;

    @Option(
        names = "--lora-rank",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "Train a LoRA adapter of this rank instead of the transformer; 0 for none (default:"
                + " ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
        names = "--lora-alpha",
        paramLabel = "A",
        description = "Scale of the adapter is A / rank (default: the rank).")
    private @Nullable Double alpha;

    @Option(
        names = "--lora-targets",
        paramLabel = "NAME",
        split = ",",
        defaultValue = "to_q,to_k,to_v",
        description =
            "Layers that get an adapter: last parts of their names (default: ${DEFAULT-VALUE}).")
    private List<String> targets;

    BaseModels models() {
      if (rank == 0) {
        return BaseModels.fineTune(model);
      }
      double resolvedAlpha = alpha == null ? rank : alpha;
      return BaseModels.lora(model, new LoraConfig(rank, resolvedAlpha, targets));
    }
  }

  @Override
  public Integer call() {
    try (TrainingConsole console = new TrainingConsole(spec.commandLine().getErr())) {
      TransformerTraining training =
          new TransformerTraining(
              options.config(),
              options.data(),
              models(),
              options.output(),
              options.placement(),
              console);
      spec.commandLine().getOut().println(training.run(options.resume()));
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }

  private BaseModels models() {
    FineTune fineTune = start.fineTune;
    if (fineTune != null) {
      return fineTune.models();
    }
    FromScratch fromScratch = start.fromScratch;
    if (fromScratch == null) {
      throw new IllegalArgumentException(
          "either --autoencoder and --tokenizer, or --model is needed");
    }
    return BaseModels.fromScratch(fromScratch.autoencoder, fromScratch.tokenizer);
  }
}
