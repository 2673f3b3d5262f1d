package dev.sanaq.cli.terminal;

import dev.sanaq.torch.host.ImmediateExit;
import io.quarkus.runtime.Quarkus;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Handles SIGTERM and SIGINT for commands. */
public final class SignalHandling implements AutoCloseable {
  private static final List<String> SIGNALS = List.of("TERM", "INT");

  /** Offset of a signal's exit code, as in a shell: 143 is SIGTERM, 130 is Ctrl-C. */
  private static final int SIGNAL_EXIT_BASE = 128;

  /** Ctrl-C ended the command. */
  static final int EXIT_INTERRUPTED = 130;

  private final Map<Signal, SignalHandler> previousHandlers;

  private SignalHandling(Object lock) {
    this.previousHandlers =
        SIGNALS.stream()
            .map(Signal::new)
            .collect(Collectors.toMap(signal -> signal, signal -> installHandler(signal, lock)));
  }

  /**
   * Lets SIGTERM and Ctrl-C exit the process at once, even in the middle of a computation, until
   * the result is closed. For commands whose only side effect is files that are written atomically.
   *
   * @param lock guards those writes: the process never exits while another thread holds it
   */
  public static SignalHandling exitImmediately(Object lock) {
    return new SignalHandling(lock);
  }

  private static SignalHandler installHandler(Signal signal, Object lock) {
    return Signal.handle(
        signal,
        received -> {
          synchronized (lock) {
            ImmediateExit.exit(SIGNAL_EXIT_BASE + received.getNumber());
          }
        });
  }

  /**
   * Exits at once if a signal came while Quarkus started: Quarkus would wait for the end of the
   * command. To be called before a command begins.
   *
   * @param serving whether the command serves until SIGTERM, which is then an orderly stop
   */
  public static void exitIfShuttingDown(boolean serving) {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
    } catch (IllegalStateException e) {
      // Which signal it was is not known here.
      ImmediateExit.exit(serving ? 0 : EXIT_INTERRUPTED);
    }
  }

  /**
   * Lets SIGTERM end a serving command in an orderly way, exit code 0: {@link #awaitShutdown}
   * returns. To be called before the command starts anything.
   *
   * @param nothingToDrain whether the process may end at once, even in the middle of a computation
   */
  public static void stopOnTerminate(BooleanSupplier nothingToDrain) {
    // A signal's thread has a class loader that cannot create beans.
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Signal.handle(
        new Signal("TERM"),
        signal -> {
          Thread.currentThread().setContextClassLoader(loader);
          stop(nothingToDrain);
        });
  }

  private static void stop(BooleanSupplier nothingToDrain) {
    boolean now = false;
    try {
      now = nothingToDrain.getAsBoolean();
    } finally {
      // Whatever went wrong, the process ends.
      if (now) {
        ImmediateExit.exit(0);
      }
      Quarkus.asyncExit(0);
    }
  }

  /** Blocks a serving command until SIGTERM or Ctrl-C; SIGTERM is an orderly stop, exit code 0. */
  public static void awaitShutdown() {
    stopOnTerminate(() -> false);
    Quarkus.waitForExit();
  }

  @Override
  public void close() {
    previousHandlers.forEach(Signal::handle);
  }
}
