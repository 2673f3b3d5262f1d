package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TransformerConfig;

/**
 * The tensors of {@code SanaTransformer2DModel} (diffusers 0.36.0, {@code
 * models/transformers/sana_transformer.py}). The positional embedding is computed, not stored.
 */
public final class TransformerTensors {
  /** Width of the sinusoidal timestep embedding. */
  private static final int TIME_CHANNELS = 256;

  private TransformerTensors() {}

  /** The tensors that the config requires. */
  public static ExpectedTensors of(TransformerConfig c) {
    ExpectedTensors t = new ExpectedTensors();
    t.tensor("scale_shift_table", 2, c.width());
    inputsAndBlocks(t, c);
    t.linear("proj_out", c.width(), (long) c.patchSize() * c.patchSize() * c.outChannels());
    return t;
  }

  /**
   * The tensors of {@code SanaControlNetModel} ({@code models/controlnets/controlnet_sana.py}) that
   * the config requires.
   */
  public static ExpectedTensors ofControlNet(TransformerConfig c) {
    ExpectedTensors t = new ExpectedTensors();
    inputsAndBlocks(t, c);
    t.linear("input_block", c.width(), c.width());
    for (int i = 0; i < c.numLayers(); i++) {
      t.linear("controlnet_blocks." + i, c.width(), c.width());
    }
    return t;
  }

  private static void inputsAndBlocks(ExpectedTensors t, TransformerConfig c) {
    int width = c.width();
    t.conv("patch_embed.proj", c.inChannels(), width, c.patchSize());
    if (c.guidanceEmbeds()) {
      embedder(t, "time_embed.timestep_embedder", width);
      embedder(t, "time_embed.guidance_embedder", width);
    } else {
      embedder(t, "time_embed.emb.timestep_embedder", width);
    }
    t.linear("time_embed.linear", width, 6L * width);
    t.linear("caption_projection.linear_1", c.captionChannels(), width);
    t.linear("caption_projection.linear_2", width, width);
    t.tensor("caption_norm.weight", width);
    for (int i = 0; i < c.numLayers(); i++) {
      block(t, "transformer_blocks." + i, c);
    }
  }

  private static void embedder(ExpectedTensors t, String prefix, int width) {
    t.linear(prefix + ".linear_1", TIME_CHANNELS, width);
    t.linear(prefix + ".linear_2", width, width);
  }

  private static void block(ExpectedTensors t, String prefix, TransformerConfig c) {
    int width = c.width();
    t.tensor(prefix + ".scale_shift_table", 6, width);
    attention(t, prefix + ".attn1", c, width, c.attentionBias());
    attention(t, prefix + ".attn2", c, c.crossWidth(), true);
    if (c.normElementwiseAffine()) {
      t.normWithBias(prefix + ".norm2", width);
    }
    long hidden = c.mlpChannels();
    t.conv(prefix + ".ff.conv_inverted", width, 2 * hidden, 1);
    t.conv(prefix + ".ff.conv_depth", 1, 2 * hidden, 3);
    t.convWithoutBias(prefix + ".ff.conv_point", hidden, width, 1);
  }

  private static void attention(
      ExpectedTensors t, String prefix, TransformerConfig c, int inner, boolean bias) {
    for (String projection : new String[] {".to_q", ".to_k", ".to_v"}) {
      t.linearWithoutBias(prefix + projection, c.width(), inner);
      if (bias) {
        t.tensor(prefix + projection + ".bias", inner);
      }
    }
    if (c.qkNorm() == QkNorm.RMS_NORM_ACROSS_HEADS) {
      t.tensor(prefix + ".norm_q.weight", inner);
      t.tensor(prefix + ".norm_k.weight", inner);
    }
    t.linear(prefix + ".to_out.0", inner, c.width());
  }
}
