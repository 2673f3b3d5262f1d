package dev.sanaq.sana;

import dev.sanaq.torch.Value;

/** Holds one value at a time, and closes the one that another takes the place of. */
final class Slot implements AutoCloseable {
  private Value value;

  /** Takes the value over. */
  Slot(Value value) {
    this.value = value;
  }

  /** What is in it; it stays the slot's. */
  Value get() {
    return value;
  }

  /** Takes another value over in its place. */
  void set(Value next) {
    value.close();
    value = next;
  }

  @Override
  public void close() {
    value.close();
  }
}
