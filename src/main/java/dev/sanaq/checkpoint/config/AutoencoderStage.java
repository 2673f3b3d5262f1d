package dev.sanaq.checkpoint.config;

import java.util.List;

/**
 * One resolution of the autoencoder's encoder or decoder.
 *
 * @param block type of its layers
 * @param channels of its layers
 * @param layers their number; 0 only for the first stage, which the first convolution then replaces
 *     by downsampling the image
 * @param scales kernel sizes of the multi-scale branches of an EfficientViT block's attention, odd;
 *     empty for none
 * @param activation of its residual blocks
 */
public record AutoencoderStage(
    Block block, int channels, int layers, List<Integer> scales, Activation activation) {
  /** The types of layers. */
  public enum Block {
    /** Two 3x3 convolutions, an RMS norm and a shortcut. */
    RES_BLOCK,
    /** Multi-scale linear attention, then a gated depthwise convolution. */
    EFFICIENT_VIT_BLOCK
  }

  public AutoencoderStage {
    scales = List.copyOf(scales);
  }
}
