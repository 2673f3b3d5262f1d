package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The linear diffusion transformer's sizes and options, as {@code transformer/config.json} says;
 * names and defaults are those of diffusers' {@code SanaTransformer2DModel} (0.36.0).
 *
 * @param inChannels latent channels
 * @param outChannels channels predicted: as {@code inChannels}, or twice as many, of which the
 *     second half (a learned variance) is of no use to sampling
 * @param numAttentionHeads heads of linear attention
 * @param attentionHeadDim width of such a head
 * @param numLayers blocks
 * @param numCrossAttentionHeads heads of cross-attention
 * @param crossAttentionHeadDim width of such a head
 * @param crossAttentionDim width of the keys' and values' input; equals {@link #width()}
 * @param captionChannels width of the text encoder's states
 * @param mlpRatio Mix-FFN's expansion
 * @param dropout in training
 * @param attentionBias whether linear attention's q, k and v have a bias
 * @param sampleSize side of the latents it was trained on
 * @param patchSize side of a patch of latents that becomes a token
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

  private static final Map<String, QkNorm> QK_NORMS =
      Map.of("null", QkNorm.NONE, "rms_norm_across_heads", QkNorm.RMS_NORM_ACROSS_HEADS);

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

  public static TransformerConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  /**
   * Reads a config as the published file has it.
   *
   * @param file what it is called in messages
   * @throws CheckpointException naming every field that is wrong
   */
  public static TransformerConfig of(String file, ObjectNode json) {
    ConfigObjectReader f = new ConfigObjectReader(file, json);
    f.requireClass(Component.TRANSFORMER.className());
    int in = f.integer("in_channels", 32, 1, 4096);
    boolean outOfIn = json.path("out_channels").isNull();
    TransformerConfig config =
        new TransformerConfig(
            in,
            outOfIn ? in : f.integer("out_channels", 32, 1, 8192),
            f.integer("num_attention_heads", 70, 1, 1024),
            f.integer("attention_head_dim", 32, 1, 1024),
            f.integer("num_layers", 20, 1, 512),
            f.integer("num_cross_attention_heads", 20, 1, 1024),
            f.integer("cross_attention_head_dim", 112, 1, 1024),
            f.integer("cross_attention_dim", 2240, 1, 1 << 20),
            f.integer("caption_channels", 2304, 1, 1 << 16),
            f.number("mlp_ratio", 2.5, 1e-3, 64),
            f.number("dropout", 0, 0, 1),
            f.flag("attention_bias", false),
            f.integer("sample_size", 32, 1, 1024),
            f.integer("patch_size", 1, 1, 64),
            f.flag("norm_elementwise_affine", false),
            f.number("norm_eps", 1e-6, 0, 1),
            f.optionalNumber("interpolation_scale", OptionalDouble.empty(), 1e-3, 1e3),
            f.flag("guidance_embeds", false),
            f.number("guidance_embeds_scale", 0.1, 0, 1e6),
            f.choice("qk_norm", QkNorm.NONE, QK_NORMS),
            f.number("timestep_scale", 1.0, 1e-9, 1e9));
    f.ignoreKeys("out_channels");
    config.checkConsistency(f);
    f.throwIfInvalid();
    return config;
  }

  private void checkConsistency(ConfigObjectReader f) {
    if (!f.isValid()) {
      return;
    }
    if (crossAttentionDim != width()) {
      String what = "num_attention_heads * attention_head_dim = " + width();
      f.reject("cross_attention_dim", what, crossAttentionDim);
    }
    if (outChannels != inChannels && outChannels != 2 * inChannels) {
      String what = "in_channels or twice that, %d or %d".formatted(inChannels, 2 * inChannels);
      f.reject("out_channels", what, outChannels);
    }
    if (mlpChannels() < 1) {
      f.reject("mlp_ratio", "at least one hidden channel at width " + width(), mlpRatio);
    }
    if (patchSize > sampleSize) {
      f.reject("patch_size", "at most sample_size = " + sampleSize, patchSize);
    }
    if (interpolationScale.isPresent() && width() % 4 != 0) {
      String what = "null at width %d: a positional embedding needs a multiple of 4";
      f.reject("interpolation_scale", what.formatted(width()), interpolationScale.getAsDouble());
    }
  }
}
