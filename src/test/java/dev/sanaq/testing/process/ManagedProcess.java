package dev.sanaq.testing.process;

import dev.sanaq.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A process that a test started: its exit code, its output, signals to it. Thread-safe. */
public final class ManagedProcess {
  private final String name;
  private final Process process;
  private final Path log;
  private volatile boolean suspended;

  ManagedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Returns the name, numbered among the test's processes. */
  public String name() {
    return name;
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGKILL, so that no hook runs and nothing is flushed, and waits for the exit. */
  public void kill() {
    process.toHandle().destroyForcibly();
    exitCode(Duration.ofSeconds(20));
  }

  /** Sends SIGTERM and returns at once. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** Sends SIGSTOP: no thread of the process runs until {@link #resume}; its sockets stay open. */
  public void suspend() {
    suspended = true;
    signal("STOP");
  }

  /** Sends SIGCONT; does nothing if the process is not suspended or has exited. */
  public void resume() {
    if (suspended && isAlive()) {
      signal("CONT");
    }
    suspended = false;
  }

  /** Returns whether the process is suspended. */
  public boolean isSuspended() {
    return suspended;
  }

  /** Waits for the exit code: 128 plus the signal's number if a signal ended the process. */
  public int exitCode(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "%s does not exit within %s; see %s".formatted(name, timeout, log));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** Returns everything that the process has printed, to stdout and stderr. */
  public String output() {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the process has printed a text. */
  public void awaitOutput(String text, Duration timeout) {
    await("prints " + text, timeout, () -> output().contains(text));
  }

  /** Waits until the readiness probe of a worker or gateway answers 200. */
  public void awaitReady(int httpPort, Duration timeout) {
    await("is ready", timeout, () -> HttpProbe.isReady(httpPort));
  }

  /**
   * Waits for a condition of the process.
   *
   * @throws AssertionError at once if the process exits first
   */
  public void await(String condition, Duration timeout, Callable<Boolean> check) {
    Eventually.await("%s %s; see %s".formatted(name, condition, log), timeout)
        .until(
            () -> {
              if (!isAlive()) {
                throw new AssertionError("%s exited; see %s\n%s".formatted(name, log, output()));
              }
              return check.call();
            });
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("%s got no SIG%s".formatted(name, signal));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
