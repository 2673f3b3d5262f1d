package dev.sanaq.sana;

import dev.sanaq.torch.Value;

/**
 * Sees from inside what the pipeline does: the tests that compare every step, and those that have
 * memory run out at a place of their choice.
 */
@FunctionalInterface
interface Observer {
  /** Nobody looks. */
  Observer NONE = (done, latents) -> {};

  /** After each step; the latents (B, C, H, W) are the pass's. */
  void stepped(int done, Value latents);

  /**
   * Before each decoding.
   *
   * @param tile side in pixels; 0 for the whole picture at once
   */
  default void decoding(int tile) {}
}
