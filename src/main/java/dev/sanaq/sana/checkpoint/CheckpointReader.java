package dev.sanaq.sana.checkpoint;

import dev.sanaq.sana.checkpoint.Checkpoint.Configs;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens a checkpoint part by part and refuses it with everything that is wrong. */
final class CheckpointReader {
  static final String TOKENIZER = "tokenizer/tokenizer.json";
  private static final String CONFIG = "config.json";

  private final Path folder;
  private final VariantChoice choice;
  private final Problems problems = new Problems();

  private CheckpointReader(Path folder, VariantChoice choice) {
    this.folder = folder;
    this.choice = choice;
  }

  static Checkpoint open(Path folder, VariantChoice choice) {
    return new CheckpointReader(folder, choice).read();
  }

  private Checkpoint read() {
    ModelIndex index = problems.collect(() -> ModelIndex.read(folder));
    TransformerConfig transformer =
        problems.collect(() -> TransformerConfig.read(config(Network.TRANSFORMER)));
    AutoencoderConfig autoencoder =
        problems.collect(() -> AutoencoderConfig.read(config(Network.AUTOENCODER)));
    TextEncoderConfig textEncoder =
        problems.collect(() -> TextEncoderConfig.read(config(Network.TEXT_ENCODER)));
    SchedulerConfig scheduler = problems.collect(() -> SchedulerConfigReader.read(scheduler()));
    Map<Network, Weights> weights = new EnumMap<>(Network.class);
    open(weights, Network.TRANSFORMER, table(transformer, TransformerTensors::of));
    open(weights, Network.AUTOENCODER, table(autoencoder, AutoencoderTensors::of));
    open(weights, Network.TEXT_ENCODER, table(textEncoder, TextEncoderTensors::of));
    int vocabulary = textEncoder == null ? Integer.MAX_VALUE : textEncoder.vocabSize();
    problems.collect(() -> TokenizerFile.check(folder.resolve(TOKENIZER), vocabulary));
    if (index == null
        || transformer == null
        || autoencoder == null
        || textEncoder == null
        || scheduler == null) {
      problems.refuseAny();
      throw new IllegalStateException("a part is missing without a problem");
    }
    Configs configs = new Configs(transformer, autoencoder, textEncoder, scheduler);
    new PartsTogether(folder, index, configs, problems).check();
    problems.refuseAny();
    return new Checkpoint(folder, index, configs, weights);
  }

  private static <C> @Nullable TensorTable table(
      @Nullable C config, Function<C, TensorTable> tensorsOf) {
    return config == null ? null : tensorsOf.apply(config);
  }

  private void open(Map<Network, Weights> weights, Network network, @Nullable TensorTable table) {
    WeightFiles files = choice.of(network);
    String variant = choice.variant(network);
    Tensors tensors = problems.collect(() -> WeightsReader.open(files, variant));
    if (tensors == null) {
      return;
    }
    Tensors named = network == Network.TEXT_ENCODER ? TextEncoderTensors.named(tensors) : tensors;
    if (table != null) {
      table.check(named, problems);
    }
    weights.put(network, new Weights(files, variant, named));
  }

  private Path config(Network network) {
    return folder.resolve(network.folder()).resolve(CONFIG);
  }

  private Path scheduler() {
    return folder.resolve("scheduler").resolve("scheduler_config.json");
  }
}
