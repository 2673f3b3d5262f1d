package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.Map;

/** Names and shapes of the tensors that a network of some config has, layer by layer. */
public final class ExpectedShapes {
  private ExpectedShapes() {}

  /** The transformer's. */
  public static Map<String, long[]> of(TransformerConfig config) {
    return TransformerTensors.of(config).shapes();
  }

  /** The autoencoder's. */
  public static Map<String, long[]> of(AutoencoderConfig config) {
    return AutoencoderTensors.of(config).shapes();
  }

  /** The text encoder's. */
  public static Map<String, long[]> of(TextEncoderConfig config) {
    return TextEncoderTensors.of(config).shapes();
  }
}
