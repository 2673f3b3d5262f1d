package dev.sanaq.sana.score;

import dev.sanaq.sana.BatchControl;
import java.util.List;

/**
 * Reports drafts and the images that follow as one generation. How many passes the images take is
 * not known before; until then one is expected.
 */
final class PhasedControl implements BatchControl {
  private final BatchControl control;
  private final int imageSteps;
  private int draftSteps;

  /**
   * @param control of the whole batch
   * @param imageSteps denoising steps of an image
   */
  PhasedControl(BatchControl control, int imageSteps) {
    this.control = control;
    this.imageSteps = imageSteps;
  }

  @Override
  public void onProgress(int done, int steps) {
    draftSteps = steps;
    control.onProgress(done, steps + imageSteps);
  }

  @Override
  public boolean shouldContinue(int entry) {
    return control.shouldContinue(entry);
  }

  /**
   * The control of the images.
   *
   * @param entries the index in the whole batch of each entry that is left
   */
  BatchControl images(List<Integer> entries) {
    return new BatchControl() {
      @Override
      public void onProgress(int done, int steps) {
        control.onProgress(draftSteps + done, draftSteps + steps);
      }

      @Override
      public boolean shouldContinue(int entry) {
        return control.shouldContinue(entries.get(entry));
      }
    };
  }
}
