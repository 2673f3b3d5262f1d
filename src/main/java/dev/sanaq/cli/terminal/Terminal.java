package dev.sanaq.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Detects whether a terminal is attached. */
final class Terminal {
  private Terminal() {}

  /**
   * Whether standard error is a terminal that can move its cursor; false if that is unknown. {@code
   * System.console()} cannot be used: it checks the other two streams, and a script that redirects
   * standard output should still get a progress bar.
   */
  static boolean isStderrTty() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not Linux
    }
  }
}
