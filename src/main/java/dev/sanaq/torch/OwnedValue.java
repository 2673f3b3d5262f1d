package dev.sanaq.torch;

/** Holds one value at a time, and closes the one that another takes the place of. */
public final class OwnedValue implements AutoCloseable {
  private ScriptValue value;

  /** Takes the value over. */
  public OwnedValue(ScriptValue value) {
    this.value = value;
  }

  /** What is in it; it stays the slot's. */
  public ScriptValue get() {
    return value;
  }

  /** Takes another value over in its place. */
  public void set(ScriptValue next) {
    value.close();
    value = next;
  }

  @Override
  public void close() {
    value.close();
  }
}
