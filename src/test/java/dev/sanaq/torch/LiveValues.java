package dev.sanaq.torch;

/** How many values hold native memory: the same before and after, where nothing leaks. */
public final class LiveValues {
  private LiveValues() {}

  public static long count() {
    return ScriptValue.liveValueCount();
  }
}
