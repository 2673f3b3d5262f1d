package dev.sanaq.sana;

import dev.sanaq.sana.preview.PreviewSource;

/** Follows a running batch and cancels its entries. Called on the thread that runs the batch. */
public interface BatchControl extends ProgressListener {
  /**
   * Whether an entry is still needed. Called before every step and before decoding; on false the
   * entry ends as cancelled, without any effect on the others.
   *
   * @param entry index in the batch
   */
  boolean shouldContinue(int entry);

  /**
   * Called after each denoising step, in place of {@link #onProgress}.
   *
   * @param done as in {@link #onProgress}
   * @param steps as in {@link #onProgress}
   * @param previews of the step; valid during the call
   */
  default void onStep(int done, int steps, PreviewSource previews) {
    onProgress(done, steps);
  }

  /** Reports progress and never cancels. An exception from the listener ends the whole batch. */
  static BatchControl reportingTo(ProgressListener progress) {
    return new BatchControl() {
      @Override
      public void onProgress(int done, int steps) {
        progress.onProgress(done, steps);
      }

      @Override
      public boolean shouldContinue(int entry) {
        return true;
      }
    };
  }
}
