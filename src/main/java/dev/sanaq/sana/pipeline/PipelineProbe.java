package dev.sanaq.sana.pipeline;

import dev.sanaq.torch.ScriptValue;

/**
 * Observes the stages of the pipeline: for tests that compare every step with the reference, or
 * that simulate running out of memory at a chosen point.
 */
@FunctionalInterface
public interface PipelineProbe {
  /** Observes nothing. */
  PipelineProbe NONE = (step, latents) -> {};

  /**
   * Called after each denoising step.
   *
   * @param step from 1
   * @param latents of the pass (B, C, H, W); the pipeline closes them
   */
  void onStepEnd(int step, ScriptValue latents);

  /**
   * Called before each attempt to decode.
   *
   * @param tile side of the tiles in pixels; 0 for the whole image
   */
  default void onDecode(int tile) {}
}
