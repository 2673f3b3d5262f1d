package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import java.util.List;

/**
 * A ControlNet (arXiv 2302.05543; diffusers {@code SanaControlNetModel}): a copy of the
 * transformer's first blocks that also reads the latents of a control image, and whose outputs are
 * added to the transformer's. One caller at a time, who closes every returned value.
 */
public final class SanaControlNet implements AutoCloseable {
  private final SanaTransformer network;

  private SanaControlNet(SanaTransformer network) {
    this.network = network;
  }

  /** Loads the weights. */
  public static SanaControlNet load(
      ComponentFolder<TransformerConfig> folder, DevicePlacement placement) {
    boolean clamp =
        placement.precision() == Precision.FP16
            || folder.tensors().all().stream().anyMatch(t -> t.dtype() == DType.F16);
    return new SanaControlNet(
        SanaTransformer.loadControlNet(folder.config(), folder.tensors(), clamp, placement));
  }

  /** As {@link SanaTransformer#encodePrompt}: the ControlNet has its own projections. */
  public ScriptValue encodePrompt(List<PromptEmbeds> prompts) {
    return network.encodePrompt(prompts, new long[prompts.size()]);
  }

  /** As {@link SanaTransformer#conditionalRows}. */
  public ScriptValue conditionalRows(ScriptValue prompts, int groups) {
    return network.conditionalRows(prompts, groups);
  }

  /** As {@link SanaTransformer#selectPromptRows}. */
  public ScriptValue selectPromptRows(ScriptValue prompts, long[] rows) {
    return network.selectPromptRows(prompts, rows);
  }

  /** As {@link SanaTransformer#timeModulation}, the same for all rows. */
  public ScriptValue timeModulation(float[] timesteps) {
    return network.timeModulation(timesteps, 1, new float[] {1}, 0);
  }

  /** As {@link SanaTransformer#positionalEmbedding}. */
  public ScriptValue positionalEmbedding(int latentHeight, int latentWidth) {
    return network.positionalEmbedding(latentHeight, latentWidth);
  }

  /** Copies the latents of control images (B, C, H, W) to the device. */
  public ScriptValue hold(ScriptValue latents) {
    return network.program().call("hold", latents);
  }

  /** The latents of control images reduced to these rows. */
  public ScriptValue selectRows(ScriptValue held, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return network.program().call("select_rows", held, index);
    }
  }

  /**
   * Evaluates the network once.
   *
   * @param latents (B, C, H, W)
   * @param control latents of the control images, from {@link #hold}
   * @param scales of the outputs, one per image
   * @param modulation from {@link #timeModulation}
   * @param step index into the modulation's steps
   * @param positions from {@link #positionalEmbedding}
   * @param prompts from {@link #encodePrompt}: B rows, or a multiple
   * @return an opaque value for {@link SanaTransformer#forward}
   */
  public ScriptValue forward(
      ScriptValue latents,
      ScriptValue control,
      float[] scales,
      ScriptValue modulation,
      int step,
      ScriptValue positions,
      ScriptValue prompts) {
    try (ScriptValue factors = ScriptValue.floats(scales, scales.length);
        ScriptValue index = ScriptValue.of((long) step)) {
      return network
          .program()
          .call(
              "control_samples", latents, control, factors, modulation, index, positions, prompts);
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
