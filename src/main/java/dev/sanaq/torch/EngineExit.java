package dev.sanaq.torch;

import com.sun.jna.Function;

/** Ends a process whose engine may be computing. */
public final class EngineExit {
  private EngineExit() {}

  /**
   * Ends the process at this moment, with no shutdown hooks. An ordinary exit, {@link Runtime#halt}
   * too, takes the engine's data apart while its threads go on computing with it, and they crash.
   *
   * @param code the process's exit code
   */
  public static void now(int code) {
    try {
      Function.getFunction("c", "_exit").invokeVoid(new Object[] {code});
    } catch (UnsatisfiedLinkError e) {
      Runtime.getRuntime().halt(code); // a C library without it: the next best
    }
  }
}
