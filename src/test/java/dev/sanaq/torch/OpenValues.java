package dev.sanaq.torch;

/** How many values hold native memory: the same before and after, where nothing leaks. */
public final class OpenValues {
  private OpenValues() {}

  public static long count() {
    return Value.open();
  }
}
