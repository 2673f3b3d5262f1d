package dev.sanaq.sana.denoise;

import dev.sanaq.sana.solver.NoiseLevel;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.util.Map;

/**
 * Applies classifier-free guidance and solver steps to the latents of a pass (paper, section 3.3),
 * always in fp32; the formulas are in sampler.torchscript.
 *
 * <p>The state of a pass is an opaque value: the latents (B, C, H, W) and the previous data
 * prediction. The caller closes every returned value. One caller at a time.
 */
public final class Sampler implements AutoCloseable {
  private final ScriptProgram program;

  public Sampler(DevicePlacement placement) {
    this.program = ScriptProgram.compile(Sampler.class, "sampler", Map.of(), placement);
  }

  /** Its device and precision. */
  DevicePlacement placement() {
    return program.placement();
  }

  /**
   * The state before the first step.
   *
   * @param noise the starting noise (1, C, H, W) of each image
   * @param scale multiplies the noise
   */
  public ScriptValue init(ScriptValue noise, double scale) {
    try (ScriptValue factor = ScriptValue.of(scale);
        ScriptValue device = ScriptValue.of(placement().torchDevice())) {
      return program.call("init", noise, factor, device);
    }
  }

  /**
   * What the steps of a pass read, copied to the device once.
   *
   * @param guidanceScales one per image
   * @param noise of the images; its first tensors are the starting noise
   * @return an opaque value for {@link #step}
   */
  public ScriptValue inputs(float[] guidanceScales, Noise noise) {
    try (ScriptValue scales = ScriptValue.floats(guidanceScales, guidanceScales.length);
        ScriptValue device = ScriptValue.of(placement().torchDevice())) {
      ScriptValue inputs = program.call("start_inputs", scales, device);
      try {
        for (int i = 1; i < noise.count(); i++) {
          try (ScriptValue tensors = noise.tensors(i)) {
            program.call("add_noise", inputs, tensors).close();
          }
        }
        return inputs;
      } catch (RuntimeException | Error e) {
        inputs.close();
        throw e;
      }
    }
  }

  /**
   * The source images of a pass on the device.
   *
   * @param noise the starting noise (1, C, H, W) of each image
   * @param latents (B, C, H, W), in the transformer's scale
   * @param mask (B, 1, H, W), 1 where the image is generated anew
   * @return an opaque value for {@link #initFromSource} and {@link #keepKnown}
   */
  ScriptValue holdSource(ScriptValue noise, ScriptValue latents, ScriptValue mask) {
    try (ScriptValue device = ScriptValue.of(placement().torchDevice())) {
      return program.call("hold_source", noise, latents, mask, device);
    }
  }

  /**
   * The state before the first step of image to image: a mixture of latents and noise.
   *
   * @param imageScales of the latents of each image
   * @param noiseScales of the noise of each image
   */
  ScriptValue initFromSource(ScriptValue source, float[] imageScales, float[] noiseScales) {
    try (ScriptValue images = ScriptValue.floats(imageScales, imageScales.length);
        ScriptValue noise = ScriptValue.floats(noiseScales, noiseScales.length)) {
      return program.call("init_from_source", source, images, noise);
    }
  }

  /** Inpainting: the state in which unmasked latents are the source image's at a noise level. */
  ScriptValue keepKnown(ScriptValue state, ScriptValue source, NoiseLevel level) {
    try (ScriptValue imageScale = ScriptValue.of(level.imageScale());
        ScriptValue noiseScale = ScriptValue.of(level.noiseScale())) {
      return program.call("keep_known", state, source, imageScale, noiseScale);
    }
  }

  /**
   * Perturbed-attention guidance together with classifier-free guidance (arXiv 2403.17377;
   * diffusers {@code _apply_perturbed_attention_guidance}).
   *
   * @param output of the transformer: without the prompt under classifier-free guidance, with it,
   *     and perturbed, B rows each
   * @param guidanceScales one per image; read only with 3 B rows
   * @param pagScales one per image
   * @return B rows, for {@link #step}
   */
  public ScriptValue applyPerturbedGuidance(
      ScriptValue output, float[] guidanceScales, float[] pagScales) {
    try (ScriptValue rows = ScriptValue.of((long) pagScales.length);
        ScriptValue guidance = ScriptValue.floats(guidanceScales, guidanceScales.length);
        ScriptValue pag = ScriptValue.floats(pagScales, pagScales.length)) {
      return program.call("apply_perturbed_guidance", output, rows, guidance, pag);
    }
  }

  /** The latents (B, C, H, W) of a state. */
  public ScriptValue latents(ScriptValue state) {
    return program.call("latents", state);
  }

  /**
   * The state after one more step, once it is computed: a GPU works asynchronously, and progress,
   * cancellation and times would run ahead of it.
   *
   * @param output of the transformer: B rows, or 2 B under guidance, without the prompt first
   * @param inputs from {@link #inputs}; the guidance scales are read only with 2 B rows
   * @param noise index of this step's noise, from 1; read only if the step adds noise
   */
  public ScriptValue step(
      ScriptValue state, ScriptValue output, ScriptValue inputs, int noise, SolverStep step) {
    try (ScriptValue index = ScriptValue.of((long) noise);
        ScriptValue coefficients = coefficients(step)) {
      return computed(program.call("step", state, output, inputs, index, coefficients));
    }
  }

  /**
   * As {@link #step}, for a step cache: the state keeps this output, after guidance, and those of
   * the evaluated steps before.
   *
   * @param kept outputs in all, at least 1
   */
  public ScriptValue stepKeeping(
      ScriptValue state,
      ScriptValue output,
      ScriptValue inputs,
      int noise,
      SolverStep step,
      int kept) {
    try (ScriptValue index = ScriptValue.of((long) noise);
        ScriptValue count = ScriptValue.of((long) kept);
        ScriptValue coefficients = coefficients(step)) {
      return computed(
          program.call("step_keeping", state, output, inputs, index, coefficients, count));
    }
  }

  /**
   * As {@link #step}, with a sum of the kept outputs in place of the transformer's.
   *
   * @param weights of the kept outputs, the last one first
   */
  public ScriptValue stepFromKept(
      ScriptValue state, ScriptValue inputs, int noise, SolverStep step, double... weights) {
    try (ScriptValue index = ScriptValue.of((long) noise);
        ScriptValue factors = ScriptValue.list(weights);
        ScriptValue coefficients = coefficients(step)) {
      return computed(program.call("step_from_kept", state, inputs, index, coefficients, factors));
    }
  }

  private static ScriptValue coefficients(SolverStep step) {
    return ScriptValue.list(
        step.velocityFromSample(),
        step.velocityFromOutput(),
        step.x0FromSample(),
        step.x0FromVelocity(),
        step.nextFromSample(),
        step.nextFromX0(),
        step.nextFromPreviousX0(),
        step.nextFromNoise());
  }

  private ScriptValue computed(ScriptValue state) {
    if (placement().kernels() == DevicePlacement.Kernels.PLAIN) {
      await(state);
    }
    return state;
  }

  /**
   * The data x0 that the last step predicts, as a state whose latents they are.
   *
   * @param state after a step
   * @param step that led to it
   * @param reached the noise level after the step
   */
  public ScriptValue dataPrediction(ScriptValue state, SolverStep step, NoiseLevel reached) {
    // The state after a step of FlowEuler has the velocity: x0 = x' - sigma' v.
    boolean velocity = step.storesVelocity();
    try (ScriptValue fromLatents = ScriptValue.of(velocity ? 1.0 : 0.0);
        ScriptValue fromPrediction = ScriptValue.of(velocity ? -reached.noiseScale() : 1.0)) {
      return program.call("data_prediction", state, fromLatents, fromPrediction);
    }
  }

  private void await(ScriptValue state) {
    try {
      program.call("wait", state).close();
    } catch (RuntimeException | Error e) {
      state.close();
      throw e;
    }
  }

  /** A state, or the inputs of a pass, reduced to these rows. */
  public ScriptValue selectRows(ScriptValue state, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_rows", state, index);
    }
  }

  /**
   * Copies the latents after the last step to the host.
   *
   * @param finalScale of the schedule
   * @param scalingFactor of the autoencoder; the latents are divided by it
   * @return (B, C, H, W)
   */
  public float[] toHost(ScriptValue state, double finalScale, double scalingFactor) {
    try (ScriptValue scale = ScriptValue.of(finalScale);
        ScriptValue inverse = ScriptValue.of(1 / scalingFactor);
        ScriptValue latents = program.call("to_host", state, scale, inverse)) {
      return latents.toFloats();
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
