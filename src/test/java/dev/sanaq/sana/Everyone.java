package dev.sanaq.sana;

/** Wants every drawing of a batch to the end, and does not listen. */
class Everyone implements BatchProgress {
  @Override
  public boolean wanted(int drawing) {
    return true;
  }

  @Override
  public void stepped(int done, int steps) {}
}
