package dev.sanaq.cli;

import dev.sanaq.torch.EngineExit;
import io.quarkus.runtime.Quarkus;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** How a command is told to stop. */
final class Termination implements AutoCloseable {
  private static final List<String> SIGNALS = List.of("TERM", "INT");

  /** What a shell adds to the signal's number, so that 143 is SIGTERM and 130 is Ctrl-C. */
  private static final int BY_SIGNAL = 128;

  private final Map<Signal, SignalHandler> before;

  private Termination(Object whole) {
    this.before =
        SIGNALS.stream()
            .map(Signal::new)
            .collect(Collectors.toMap(signal -> signal, signal -> handle(signal, whole)));
  }

  /**
   * Until it is closed SIGTERM and Ctrl-C end the process at once, also in the middle of a
   * computation: for commands that leave nothing behind but files which are written whole.
   *
   * @param whole is not held by another thread when the process ends
   */
  static Termination atOnce(Object whole) {
    return new Termination(whole);
  }

  private static SignalHandler handle(Signal signal, Object whole) {
    return Signal.handle(
        signal,
        received -> {
          synchronized (whole) {
            EngineExit.now(BY_SIGNAL + received.getNumber());
          }
        });
  }

  /** Waits until a serving command is told to stop: SIGTERM is the orderly end, exit code 0. */
  static void await() {
    Signal.handle(new Signal("TERM"), signal -> Quarkus.asyncExit(0));
    Quarkus.waitForExit();
  }

  @Override
  public void close() {
    before.forEach(Signal::handle);
  }
}
