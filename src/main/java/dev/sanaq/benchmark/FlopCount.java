package dev.sanaq.benchmark;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;

/**
 * Counts the floating-point operations of a stage from the shapes of a checkpoint's weights: 2 for
 * each weight and position that it is applied to. Norms and activations are not counted.
 */
final class FlopCount {
  private final Checkpoint checkpoint;

  FlopCount(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** One denoising step of one image, with this many rows. */
  double step(int height, int width, int rows) {
    double tokens = rows * tokens(height, width);
    double weights =
        checkpoint.transformerTensors().all().stream()
            .filter(tensor -> isAppliedPerToken(tensor.name()))
            .mapToLong(StoredTensor::elements)
            .sum();
    TransformerConfig config = checkpoint.transformer();
    double linearAttention = 4.0 * config.width() * config.attentionHeadDim() * config.numLayers();
    return tokens * (2 * weights + linearAttention);
  }

  /** The additional operations per step if attention were softmax instead of linear. */
  double quadraticAttention(int height, int width, int rows) {
    TransformerConfig config = checkpoint.transformer();
    double tokens = tokens(height, width);
    return 4.0 * rows * tokens * tokens * config.width() * config.numLayers();
  }

  private double tokens(int height, int width) {
    double side =
        (double) checkpoint.autoencoder().spatialCompression()
            * checkpoint.transformer().patchSize();
    return height / side * (width / side);
  }

  /** False for what is computed once per image: timesteps, prompt, its keys and values. */
  private static boolean isAppliedPerToken(String name) {
    boolean block = name.startsWith("transformer_blocks.") && !name.endsWith("scale_shift_table");
    boolean promptProjection = name.contains(".attn2.to_k.") || name.contains(".attn2.to_v.");
    return name.endsWith(".weight")
        && !name.contains("norm")
        && (block && !promptProjection
            || name.startsWith("patch_embed.")
            || name.startsWith("proj_out."));
  }

  /** Decoding one image. */
  double decode(int height, int width) {
    return checkpoint.autoencoderTensors().all().stream()
        .filter(t -> t.name().startsWith("decoder.") && t.name().endsWith(".weight"))
        .filter(t -> !t.name().contains("norm"))
        .mapToDouble(t -> 2.0 * t.elements() * outputPositions(t.name(), height, width))
        .sum();
  }

  /** The positions that a weight of the decoder is applied to: its stage's resolution. */
  private double outputPositions(String name, int height, int width) {
    AutoencoderConfig config = checkpoint.autoencoder();
    int last = config.decoder().size() - 1;
    int stage = name.startsWith("decoder.conv_in") ? last : 0;
    if (name.startsWith("decoder.up_blocks.")) {
      stage = Integer.parseInt(name.split("\\.")[2]);
    }
    double side = config.spatialCompression() / Math.pow(2, last - stage);
    return height / side * (width / side);
  }
}
