package dev.sanaq.sana;

/** Told of the work as it goes on, on the thread that draws; an exception from it ends the work. */
@FunctionalInterface
public interface ProgressListener {
  /** Nobody listens. */
  ProgressListener NONE = (done, steps) -> {};

  /**
   * A denoising step has ended.
   *
   * @param done steps done, 0 once the text is encoded, {@code steps} after the last; where memory
   *     ran out, those of the pass that is repeated are counted anew
   * @param steps steps of all passes as they are now planned: more where one is repeated in smaller
   *     ones
   */
  void onProgress(int done, int steps);
}
