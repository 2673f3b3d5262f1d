package dev.sanaq.torch.host;

import com.sun.jna.Function;

/** Exits the process while the engine may still be computing. */
public final class ImmediateExit {
  private ImmediateExit() {}

  /**
   * Calls {@code _exit}, without shutdown hooks. {@link System#exit} and {@link Runtime#halt} first
   * wait for threads in native code, and then unload the engine while it may still compute.
   *
   * @param code the exit code of the process
   */
  public static void exit(int code) {
    try {
      Function.getFunction("c", "_exit").invokeVoid(new Object[] {code});
    } catch (LinkageError e) {
      Runtime.getRuntime().halt(code); // no _exit in this C library
    }
  }
}
