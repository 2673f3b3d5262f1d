package dev.sanaq.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody is looking. */
final class Terminal {
  private Terminal() {}

  /**
   * Whether standard error is a terminal that can move its cursor; no where that cannot be told.
   * {@code System.console()} does not tell: it asks about the other two streams, and a script that
   * keeps standard output still wants a bar.
   */
  static boolean isStderrTty() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // no Linux
    }
  }
}
