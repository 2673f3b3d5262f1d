package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.SchedulerConfigReader;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.ExpectedTensors;
import dev.sanaq.checkpoint.tensors.TextEncoderTensors;
import dev.sanaq.checkpoint.tensors.TransformerTensors;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads and checks a checkpoint component by component, collecting all problems. */
final class CheckpointReader {
  static final String TOKENIZER_FILE = "tokenizer/tokenizer.json";
  private static final String CONFIG_FILE = "config.json";

  private final Path folder;
  private final VariantResolver variantResolver;
  private final ProblemCollector problems = new ProblemCollector();

  private CheckpointReader(Path folder, VariantResolver variants) {
    this.folder = folder;
    this.variantResolver = variants;
  }

  /**
   * Reads and checks everything but the weights.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every problem found
   */
  static CheckpointContents read(Path folder, VariantResolver variants) {
    return new CheckpointReader(folder, variants).read();
  }

  private CheckpointContents read() {
    ModelIndex index = problems.collect(() -> ModelIndex.read(folder));
    TransformerConfig transformer =
        problems.collect(() -> TransformerConfigReader.read(configFile(Component.TRANSFORMER)));
    AutoencoderConfig autoencoder =
        problems.collect(() -> AutoencoderConfigReader.read(configFile(Component.AUTOENCODER)));
    TextEncoderConfig textEncoder =
        problems.collect(() -> TextEncoderConfigReader.read(configFile(Component.TEXT_ENCODER)));
    SchedulerConfig scheduler = problems.collect(() -> SchedulerConfigReader.read(schedulerFile()));
    StepCacheFile stepCache = problems.collect(() -> StepCacheFile.read(folder));
    Map<Component, OpenedWeights> weights = new EnumMap<>(Component.class);
    open(weights, Component.TRANSFORMER, expectedTensors(transformer, TransformerTensors::of));
    open(weights, Component.AUTOENCODER, expectedTensors(autoencoder, AutoencoderTensors::of));
    open(weights, Component.TEXT_ENCODER, expectedTensors(textEncoder, TextEncoderTensors::of));
    int vocabulary = textEncoder == null ? Integer.MAX_VALUE : textEncoder.vocabSize();
    problems.collect(() -> TokenizerFileCheck.check(folder.resolve(TOKENIZER_FILE), vocabulary));
    if (index == null
        || transformer == null
        || autoencoder == null
        || textEncoder == null
        || scheduler == null
        || stepCache == null) {
      problems.throwIfAny();
      throw new IllegalStateException("a component is missing, but no problem was reported");
    }
    CheckpointContents contents =
        new CheckpointContents(
            index, transformer, autoencoder, textEncoder, scheduler, stepCache, weights);
    new CrossComponentChecks(folder, contents, problems).check();
    problems.throwIfAny();
    return contents;
  }

  private static <C> @Nullable ExpectedTensors expectedTensors(
      @Nullable C config, Function<C, ExpectedTensors> tensorsOf) {
    return config == null ? null : tensorsOf.apply(config);
  }

  private void open(
      Map<Component, OpenedWeights> weights,
      Component network,
      @Nullable ExpectedTensors expected) {
    WeightFileNames files = variantResolver.filesOf(network);
    String variant = variantResolver.variant(network);
    TensorIndex tensors = problems.collect(() -> WeightsReader.open(files, variant));
    if (tensors == null) {
      return;
    }
    TensorIndex named =
        network == Component.TEXT_ENCODER ? TextEncoderTensors.stripModelPrefix(tensors) : tensors;
    if (expected != null) {
      expected.check(named, problems);
    }
    weights.put(network, new OpenedWeights(files, variant, named));
  }

  private Path configFile(Component network) {
    return folder.resolve(network.folder()).resolve(CONFIG_FILE);
  }

  private Path schedulerFile() {
    return folder.resolve("scheduler").resolve("scheduler_config.json");
  }
}
