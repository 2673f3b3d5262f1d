package dev.sanaq.sana;

/** Wants every drawing of a batch to the end, and does not listen. */
class NeverCancelControl implements BatchControl {
  @Override
  public boolean shouldContinue(int drawing) {
    return true;
  }

  @Override
  public void onProgress(int done, int steps) {}
}
