package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One network's folder, outside a whole checkpoint: what was trained last, say.
 *
 * @param <C> its config
 * @param config the config
 * @param tensors every tensor that it asks for
 */
public record NetworkFolder<C>(C config, Tensors tensors) {
  /**
   * Opens an autoencoder's folder, as {@code vae} of a checkpoint.
   *
   * @throws CheckpointException naming everything that is wrong
   */
  public static NetworkFolder<AutoencoderConfig> autoencoder(Path folder) {
    return open(folder, Network.AUTOENCODER, AutoencoderConfig::of, AutoencoderTensors::of);
  }

  private static <C> NetworkFolder<C> open(
      Path folder,
      Network network,
      BiFunction<String, ObjectNode, C> config,
      Function<C, TensorTable> table) {
    Path file = folder.resolve("config.json");
    C read = config.apply(file.toString(), JsonFile.read(file));
    Tensors tensors = Tensors.open(folder.resolve(network.fileBase() + ".safetensors"));
    Problems problems = new Problems();
    table.apply(read).check(tensors, problems);
    problems.refuseAny();
    return new NetworkFolder<>(read, tensors);
  }
}
