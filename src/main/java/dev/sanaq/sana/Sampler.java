package dev.sanaq.sana;

import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.util.Map;

/**
 * Applies a solver's steps to the pictures of a pass (paper, section 3.3): guidance, data
 * prediction, next latents, in fp32 whatever the network computes in.
 *
 * <p>A pass's state is a value of its own: the latents (B, C, H, W) and what the solver remembers
 * of the step before. Every returned value is the caller's to close.
 */
final class Sampler implements AutoCloseable {
  private final Program program;

  Sampler(Placement placement) {
    this.program = Program.compile(Sampler.class, "sampler", Map.of(), placement);
  }

  /** Where it runs. */
  Placement placement() {
    return program.placement();
  }

  /**
   * The state before the first step.
   *
   * @param noise each picture's first draw
   * @param scale latents are the noise times this
   */
  Value start(Value noise, double scale) {
    try (Value factor = Value.of(scale);
        Value device = Value.of(placement().torchDevice())) {
      return program.call("start", noise, factor, device);
    }
  }

  /** The latents of a state. */
  Value latents(Value state) {
    return program.call("latents", state);
  }

  /**
   * The state after a step.
   *
   * @param out the network's answer for every row: B, or 2 B under guidance
   * @param guidance scale a picture, where the network answers both halves
   * @param fresh each picture's draw for this step; looked at only where the step draws noise
   */
  Value advance(Value state, Value out, float[] guidance, Value fresh, SolverStep step) {
    try (Value scales = Value.floats(guidance, guidance.length);
        Value coefficients =
            Value.list(
                step.fromSample(),
                step.fromOutput(),
                step.dx(),
                step.dv(),
                step.a(),
                step.b(),
                step.c(),
                step.d())) {
      return program.call("advance", state, out, scales, fresh, coefficients);
    }
  }

  /** The state of these pictures alone. */
  Value keep(Value state, long[] rows) {
    try (Value index = Value.longs(rows, rows.length)) {
      return program.call("keep", state, index);
    }
  }

  /**
   * The latents after the last step.
   *
   * @param scale the schedule's final scale
   * @param factor the autoencoder's: latents are divided by it
   * @return (B, C, H, W) on the host
   */
  float[] finish(Value state, double scale, double factor) {
    try (Value last = Value.of(scale);
        Value inverse = Value.of(1 / factor);
        Value latents = program.call("finish", state, last, inverse)) {
      return latents.toFloats();
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
