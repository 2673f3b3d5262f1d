package dev.sanaq.cli;

import io.quarkus.runtime.Quarkus;
import sun.misc.Signal;

/** How a serving command is told to stop: SIGTERM is the orderly end, with exit code 0. */
final class Termination {
  private Termination() {}

  /** Waits until the program is told to stop. */
  static void await() {
    Signal.handle(new Signal("TERM"), signal -> Quarkus.asyncExit(0));
    Quarkus.waitForExit();
  }
}
