package dev.sanaq.torch;

import com.sun.jna.Function;

/** Ends a process whose engine may be computing. */
public final class ImmediateExit {
  private ImmediateExit() {}

  /**
   * Ends the process at this moment, with no shutdown hooks. An ordinary exit, {@link Runtime#halt}
   * too, first waits some time for threads in native code, and then takes the engine's data apart
   * although they may still be computing with it.
   *
   * @param code the process's exit code
   */
  public static void exit(int code) {
    try {
      Function.getFunction("c", "_exit").invokeVoid(new Object[] {code});
    } catch (UnsatisfiedLinkError e) {
      Runtime.getRuntime().halt(code); // a C library without it: the next best
    }
  }
}
