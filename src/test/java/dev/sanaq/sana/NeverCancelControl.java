package dev.sanaq.sana;

/** Never cancels an entry, and ignores progress. */
class NeverCancelControl implements BatchControl {
  @Override
  public boolean shouldContinue(int entry) {
    return true;
  }

  @Override
  public void onProgress(int done, int steps) {}
}
