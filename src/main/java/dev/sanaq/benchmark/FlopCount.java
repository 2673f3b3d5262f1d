package dev.sanaq.benchmark;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;

/**
 * Operations that a stage takes, from the shapes of a checkpoint's weights: 2 for every weight and
 * every place that it is multiplied at. What lies between the products (norms, activations) is not
 * counted.
 */
final class FlopCount {
  private final Checkpoint checkpoint;

  FlopCount(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** One step of one image. */
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

  /** What softmax attention would take beyond the linear one, each step. */
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

  /** Not what is computed once an image: times, captions, their keys and values. */
  private static boolean isAppliedPerToken(String name) {
    boolean block = name.startsWith("transformer_blocks.") && !name.endsWith("scale_shift_table");
    boolean caption = name.contains(".attn2.to_k.") || name.contains(".attn2.to_v.");
    return name.endsWith(".weight")
        && !name.contains("norm")
        && (block && !caption || name.startsWith("patch_embed.") || name.startsWith("proj_out."));
  }

  /** Decoding one image. */
  double decode(int height, int width) {
    return checkpoint.autoencoderTensors().all().stream()
        .filter(t -> t.name().startsWith("decoder.") && t.name().endsWith(".weight"))
        .filter(t -> !t.name().contains("norm"))
        .mapToDouble(t -> 2.0 * t.elements() * outputPositions(t.name(), height, width))
        .sum();
  }

  /** Places that a weight of the decoder is multiplied at: those of its stage's resolution. */
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
