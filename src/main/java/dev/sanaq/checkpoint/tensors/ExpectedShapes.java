package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.Map;

/** Names and shapes of all tensors of a network, in the order of its layers. */
public final class ExpectedShapes {
  private ExpectedShapes() {}

  /** The tensors of a transformer. */
  public static Map<String, long[]> of(TransformerConfig config) {
    return TransformerTensors.of(config).shapes();
  }

  /** The tensors of a ControlNet. */
  public static Map<String, long[]> ofControlNet(TransformerConfig config) {
    return TransformerTensors.ofControlNet(config).shapes();
  }

  /** The tensors of an autoencoder. */
  public static Map<String, long[]> of(AutoencoderConfig config) {
    return AutoencoderTensors.of(config).shapes();
  }

  /** The tensors of a text encoder. */
  public static Map<String, long[]> of(TextEncoderConfig config) {
    return TextEncoderTensors.of(config).shapes();
  }
}
