package dev.sanaq.sana.denoise;

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

  /** The latents (B, C, H, W) of a state. */
  public ScriptValue latents(ScriptValue state) {
    return program.call("latents", state);
  }

  /**
   * The state after one more step.
   *
   * @param output of the transformer: B rows, or 2 B under guidance, without the prompt first
   * @param guidanceScales one per image; read only with 2 B rows
   * @param noise of this step, (1, C, H, W) for each image; read only if the step adds noise
   */
  public ScriptValue step(
      ScriptValue state,
      ScriptValue output,
      float[] guidanceScales,
      ScriptValue noise,
      SolverStep step) {
    try (ScriptValue scales = ScriptValue.floats(guidanceScales, guidanceScales.length);
        ScriptValue coefficients =
            ScriptValue.list(
                step.velocityFromSample(),
                step.velocityFromOutput(),
                step.x0FromSample(),
                step.x0FromVelocity(),
                step.nextFromSample(),
                step.nextFromX0(),
                step.nextFromPreviousX0(),
                step.nextFromNoise())) {
      return program.call("step", state, output, scales, noise, coefficients);
    }
  }

  /** The state reduced to these rows. */
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
