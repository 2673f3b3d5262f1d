package dev.sanaq.sana;

/** Told of a batch's work as it goes on, on the thread that draws. */
public interface BatchControl extends ProgressListener {
  /**
   * Asked before every step and before the decoding: a drawing that nobody wants any more leaves
   * the batch, and the others go on as if it had never been there.
   *
   * @param drawing its place in the batch
   */
  boolean shouldContinue(int drawing);
}
