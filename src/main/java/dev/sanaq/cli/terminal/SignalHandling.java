package dev.sanaq.cli.terminal;

import dev.sanaq.torch.host.ImmediateExit;
import io.quarkus.runtime.Quarkus;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** How a command is told to stop. */
public final class SignalHandling implements AutoCloseable {
  private static final List<String> SIGNALS = List.of("TERM", "INT");

  /** What a shell adds to the signal's number, so that 143 is SIGTERM and 130 is Ctrl-C. */
  private static final int SIGNAL_EXIT_BASE = 128;

  private final Map<Signal, SignalHandler> previousHandlers;

  private SignalHandling(Object whole) {
    this.previousHandlers =
        SIGNALS.stream()
            .map(Signal::new)
            .collect(Collectors.toMap(signal -> signal, signal -> installHandler(signal, whole)));
  }

  /**
   * Until it is closed SIGTERM and Ctrl-C end the process at once, also in the middle of a
   * computation: for commands that leave nothing behind but files which are written whole.
   *
   * @param whole is not held by another thread when the process ends
   */
  public static SignalHandling exitImmediately(Object whole) {
    return new SignalHandling(whole);
  }

  private static SignalHandler installHandler(Signal signal, Object whole) {
    return Signal.handle(
        signal,
        received -> {
          synchronized (whole) {
            ImmediateExit.exit(SIGNAL_EXIT_BASE + received.getNumber());
          }
        });
  }

  /** Waits until a serving command is told to stop: SIGTERM is the orderly end, exit code 0. */
  public static void awaitShutdown() {
    Signal.handle(new Signal("TERM"), signal -> Quarkus.asyncExit(0));
    Quarkus.waitForExit();
  }

  @Override
  public void close() {
    previousHandlers.forEach(Signal::handle);
  }
}
