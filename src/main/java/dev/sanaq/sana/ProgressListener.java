package dev.sanaq.sana;

/** Receives progress on the thread that generates. An exception from it ends the generation. */
@FunctionalInterface
public interface ProgressListener {
  /** Ignores progress. */
  ProgressListener NONE = (done, steps) -> {};

  /**
   * Called before the first denoising step and after each.
   *
   * @param done finished steps: 0 after the prompts are encoded, {@code steps} after the last. If a
   *     pass runs out of memory and is repeated, its steps count anew
   * @param steps the steps of all passes as now planned; grows if a pass is split
   */
  void onProgress(int done, int steps);
}
