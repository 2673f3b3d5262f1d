package dev.sanaq.sana.denoise;

import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.util.Map;

/**
 * Applies a solver's steps to the images of a pass (paper, section 3.3): guidance, data prediction,
 * next latents, in fp32 whatever the network computes in.
 *
 * <p>A pass's state is a value of its own: the latents (B, C, H, W) and what the solver remembers
 * of the step before. Every returned value is the caller's to close.
 */
public final class Sampler implements AutoCloseable {
  private final ScriptProgram program;

  public Sampler(DevicePlacement placement) {
    this.program = ScriptProgram.compile(Sampler.class, "sampler", Map.of(), placement);
  }

  /** Where it runs. */
  DevicePlacement placement() {
    return program.placement();
  }

  /**
   * The state before the first step.
   *
   * @param noise each image's first draw
   * @param scale latents are the noise times this
   */
  public ScriptValue init(ScriptValue noise, double scale) {
    try (ScriptValue factor = ScriptValue.of(scale);
        ScriptValue device = ScriptValue.of(placement().torchDevice())) {
      return program.call("init", noise, factor, device);
    }
  }

  /** The latents of a state. */
  public ScriptValue latents(ScriptValue state) {
    return program.call("latents", state);
  }

  /**
   * The state after a step.
   *
   * @param out the network's answer for every row: B, or 2 B under guidance
   * @param guidance scale an image, where the network answers both halves
   * @param fresh each image's draw for this step; looked at only where the step draws noise
   */
  public ScriptValue step(
      ScriptValue state, ScriptValue out, float[] guidance, ScriptValue fresh, SolverStep step) {
    try (ScriptValue scales = ScriptValue.floats(guidance, guidance.length);
        ScriptValue coefficients =
            ScriptValue.list(
                step.velocityFromSample(),
                step.velocityFromOutput(),
                step.x0FromSample(),
                step.x0FromVelocity(),
                step.a(),
                step.b(),
                step.c(),
                step.d())) {
      return program.call("step", state, out, scales, fresh, coefficients);
    }
  }

  /** The state of these images alone. */
  public ScriptValue selectRows(ScriptValue state, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_rows", state, index);
    }
  }

  /**
   * The latents after the last step.
   *
   * @param scale the schedule's final scale
   * @param factor the autoencoder's: latents are divided by it
   * @return (B, C, H, W) on the host
   */
  public float[] toHost(ScriptValue state, double scale, double factor) {
    try (ScriptValue last = ScriptValue.of(scale);
        ScriptValue inverse = ScriptValue.of(1 / factor);
        ScriptValue latents = program.call("to_host", state, last, inverse)) {
      return latents.toFloats();
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
