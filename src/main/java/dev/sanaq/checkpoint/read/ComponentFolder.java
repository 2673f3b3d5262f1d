package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.ExpectedTensors;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A network's folder outside a checkpoint, for example from training.
 *
 * @param <C> type of the config
 * @param config the config
 * @param tensors all tensors of the config
 */
public record ComponentFolder<C>(C config, TensorIndex tensors) {
  /**
   * Opens an autoencoder's folder, in the form of a checkpoint's {@code vae}.
   *
   * @throws CheckpointException with every problem found
   */
  public static ComponentFolder<AutoencoderConfig> openAutoencoder(Path folder) {
    return open(folder, Component.AUTOENCODER, AutoencoderConfigReader::of, AutoencoderTensors::of);
  }

  private static <C> ComponentFolder<C> open(
      Path folder,
      Component network,
      BiFunction<String, ObjectNode, C> config,
      Function<C, ExpectedTensors> table) {
    Path file = folder.resolve("config.json");
    C read = config.apply(file.toString(), JsonFile.read(file));
    TensorIndex tensors = TensorIndex.open(folder.resolve(network.fileBase() + ".safetensors"));
    ProblemCollector problems = new ProblemCollector();
    table.apply(read).check(tensors, problems);
    problems.throwIfAny();
    return new ComponentFolder<>(read, tensors);
  }
}
