package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.ExpectedTensors;
import dev.sanaq.checkpoint.tensors.TransformerTensors;
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
    return open(
        folder,
        TensorIndex.open(folder.resolve(Component.AUTOENCODER.fileBase() + ".safetensors")),
        AutoencoderConfigReader::of,
        AutoencoderTensors::of);
  }

  /**
   * Opens a ControlNet's folder, in the form of diffusers' {@code SanaControlNetModel}: its weights
   * without a variant, or its only variant.
   *
   * @throws CheckpointException with every problem found
   */
  public static ComponentFolder<TransformerConfig> openControlNet(Path folder) {
    WeightFileNames files = WeightFileNames.list(folder, Component.TRANSFORMER.fileBase());
    String variant =
        files.hasVariant("") || files.variants().size() != 1
            ? ""
            : files.variants().iterator().next();
    return open(
        folder,
        WeightsReader.open(files, variant),
        TransformerConfigReader::ofControlNet,
        TransformerTensors::ofControlNet);
  }

  private static <C> ComponentFolder<C> open(
      Path folder,
      TensorIndex tensors,
      BiFunction<String, ObjectNode, C> config,
      Function<C, ExpectedTensors> table) {
    Path file = folder.resolve("config.json");
    C read = config.apply(file.toString(), JsonFile.read(file));
    ProblemCollector problems = new ProblemCollector();
    table.apply(read).check(tensors, problems);
    problems.throwIfAny();
    return new ComponentFolder<>(read, tensors);
  }
}
