package dev.sanaq.torch;

/**
 * A variable that owns its {@link ScriptValue}: closes it on replacement and on close. One thread.
 */
public final class OwnedValue implements AutoCloseable {
  private ScriptValue value;

  /** Takes ownership of the value. */
  public OwnedValue(ScriptValue value) {
    this.value = value;
  }

  /** The current value, without its ownership. */
  public ScriptValue get() {
    return value;
  }

  /** Closes the current value and takes ownership of another. */
  public void set(ScriptValue next) {
    value.close();
    value = next;
  }

  @Override
  public void close() {
    value.close();
  }
}
