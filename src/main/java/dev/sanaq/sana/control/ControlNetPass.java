package dev.sanaq.sana.control;

import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.transformer.SanaControlNet;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A ControlNet in one pass: what does not change between steps, on the device. Every row of the
 * pass has a control image, each with its own scale and interval. One thread.
 */
public final class ControlNetPass implements AutoCloseable {
  private final SanaControlNet network;
  private final int steps;
  private final ScriptValue modulation;
  private final ScriptValue positions;
  private final OwnedValue prompt;
  private final OwnedValue control;
  private List<ControlImage> images;

  private ControlNetPass(
      SanaControlNet network, List<ControlImage> images, Parts parts, int steps) {
    this.network = network;
    this.images = images;
    this.steps = steps;
    this.modulation = parts.modulation;
    this.positions = parts.positions;
    this.prompt = new OwnedValue(parts.prompt);
    this.control = new OwnedValue(parts.control);
  }

  private record Parts(
      ScriptValue modulation, ScriptValue positions, ScriptValue prompt, ScriptValue control) {}

  /**
   * Starts a pass.
   *
   * @param images one per image of the pass
   * @param latents (C, H, W) of each of them
   * @param prompts one per row
   * @param timesteps of the steps
   * @param shape (1, C, H, W)
   */
  public static ControlNetPass start(
      SanaControlNet network,
      List<ControlImage> images,
      List<float[]> latents,
      List<PromptEmbeds> prompts,
      float[] timesteps,
      long[] shape) {
    float[] all = new float[images.size() * latents.get(0).length];
    for (int i = 0; i < latents.size(); i++) {
      System.arraycopy(latents.get(i), 0, all, i * latents.get(i).length, latents.get(i).length);
    }
    ScriptValue[] made = new ScriptValue[4];
    try (ScriptValue host = ScriptValue.floats(all, images.size(), shape[1], shape[2], shape[3])) {
      made[0] = network.timeModulation(timesteps);
      made[1] = network.positionalEmbedding((int) shape[2], (int) shape[3]);
      made[2] = network.encodePrompt(prompts);
      made[3] = network.hold(host);
      Parts parts = new Parts(made[0], made[1], made[2], made[3]);
      return new ControlNetPass(network, images, parts, timesteps.length);
    } catch (RuntimeException | Error e) {
      Arrays.stream(made).filter(value -> value != null).forEach(ScriptValue::close);
      throw e;
    }
  }

  /**
   * The ControlNet's outputs in a step; nothing if it acts on no image in this step.
   *
   * @param step from 0
   * @param latents (B, C, H, W)
   * @param droppedOf rows per image if those without the prompt are left out, else 0
   */
  public Optional<ScriptValue> forward(int step, ScriptValue latents, int droppedOf) {
    float[] scales = new float[images.size()];
    boolean acts = false;
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) images.get(i).scaleAt(step, steps);
      acts |= scales[i] != 0;
    }
    if (!acts) {
      return Optional.empty();
    }
    if (droppedOf == 0) {
      return Optional.of(forward(step, latents, scales, prompt.get()));
    }
    try (ScriptValue withPrompt = network.conditionalRows(prompt.get(), droppedOf)) {
      return Optional.of(forward(step, latents, scales, withPrompt));
    }
  }

  private ScriptValue forward(int step, ScriptValue latents, float[] scales, ScriptValue prompts) {
    return network.forward(latents, control.get(), scales, modulation, step, positions, prompts);
  }

  /**
   * Keeps some images alone.
   *
   * @param kept their indexes
   * @param rows those of the rows
   */
  public void retain(long[] kept, long[] rows) {
    control.set(network.selectRows(control.get(), kept));
    prompt.set(network.selectPromptRows(prompt.get(), rows));
    List<ControlImage> before = images;
    images = Arrays.stream(kept).mapToObj(i -> before.get((int) i)).toList();
  }

  @Override
  public void close() {
    control.close();
    prompt.close();
    positions.close();
    modulation.close();
  }
}
