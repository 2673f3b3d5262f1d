package dev.sanaq.sana.pipeline;

import dev.sanaq.torch.ScriptValue;

/**
 * Sees from inside what the pipeline does: the tests that compare every step, and those that have
 * memory run out at a place of their choice.
 */
@FunctionalInterface
public interface PipelineProbe {
  /** Nobody looks. */
  PipelineProbe NONE = (done, latents) -> {};

  /** After each step; the latents (B, C, H, W) are the pass's. */
  void onStepEnd(int done, ScriptValue latents);

  /**
   * Before each decoding.
   *
   * @param tile side in pixels; 0 for the whole image at once
   */
  default void onDecode(int tile) {}
}
