package dev.sanaq.torch;

/** The number of open {@link ScriptValue}s, for leak tests. */
public final class LiveValues {
  private LiveValues() {}

  public static long count() {
    return ScriptValue.liveValueCount();
  }
}
