package dev.sanaq.checkpoint.config;

import java.util.OptionalDouble;

/**
 * The transformer's config, {@code transformer/config.json}; names are those of diffusers' {@code
 * SanaTransformer2DModel} (0.36.0).
 *
 * @param inChannels latent channels
 * @param outChannels predicted channels: {@code inChannels}, or twice as many, whose second half (a
 *     learned variance) sampling ignores
 * @param numAttentionHeads heads of linear attention
 * @param attentionHeadDim width of such a head
 * @param numLayers blocks
 * @param numCrossAttentionHeads heads of cross-attention
 * @param crossAttentionHeadDim width of such a head
 * @param crossAttentionDim width of the keys' and values' input; equals {@link #width()}
 * @param captionChannels width of the text encoder's states
 * @param mlpRatio Mix-FFN's expansion
 * @param dropout of training
 * @param attentionBias whether linear attention's q, k and v have a bias
 * @param sampleSize side of the training latents
 * @param patchSize side of a patch in latents; a patch is a token
 * @param normElementwiseAffine whether the norm before Mix-FFN has weight and bias
 * @param normEps epsilon of the blocks' layer norms
 * @param interpolationScale divides the positions of the sine-cosine embedding; empty for no
 *     positional embedding
 * @param guidanceEmbeds whether the guidance scale is an input (Sprint)
 * @param guidanceEmbedsScale multiplies the guidance scale before it is embedded
 * @param qkNorm norm of queries and keys
 * @param timestepScale multiplies the timestep before it is embedded
 */
public record TransformerConfig(
    int inChannels,
    int outChannels,
    int numAttentionHeads,
    int attentionHeadDim,
    int numLayers,
    int numCrossAttentionHeads,
    int crossAttentionHeadDim,
    int crossAttentionDim,
    int captionChannels,
    double mlpRatio,
    double dropout,
    boolean attentionBias,
    int sampleSize,
    int patchSize,
    boolean normElementwiseAffine,
    double normEps,
    OptionalDouble interpolationScale,
    boolean guidanceEmbeds,
    double guidanceEmbedsScale,
    QkNorm qkNorm,
    double timestepScale) {

  /** The tokens' width, {@code numAttentionHeads * attentionHeadDim}. */
  public int width() {
    return numAttentionHeads * attentionHeadDim;
  }

  /** Cross-attention's inner width, {@code numCrossAttentionHeads * crossAttentionHeadDim}. */
  public int crossWidth() {
    return numCrossAttentionHeads * crossAttentionHeadDim;
  }

  /** Mix-FFN's hidden channels after the gate: {@code mlpRatio * width}, rounded down. */
  public int mlpChannels() {
    return (int) (mlpRatio * width());
  }

  /**
   * The config of a ControlNet for this transformer: a copy of its first blocks.
   *
   * @param layers the number of blocks
   * @param ratio the ControlNet's {@code mlpRatio}
   */
  public TransformerConfig controlNet(int layers, double ratio) {
    return new TransformerConfig(
        inChannels,
        outChannels,
        numAttentionHeads,
        attentionHeadDim,
        layers,
        numCrossAttentionHeads,
        crossAttentionHeadDim,
        crossAttentionDim,
        captionChannels,
        ratio,
        dropout,
        attentionBias,
        sampleSize,
        patchSize,
        normElementwiseAffine,
        normEps,
        interpolationScale,
        guidanceEmbeds,
        guidanceEmbedsScale,
        qkNorm,
        timestepScale);
  }
}
