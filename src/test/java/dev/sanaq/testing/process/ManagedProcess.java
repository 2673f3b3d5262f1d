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

/** A process that a test started: its life, its end and what it printed. Any number of threads. */
public final class ManagedProcess {
  private final String name;
  private final Process process;
  private final Path log;

  ManagedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Its name among the test's processes, numbered. */
  public String name() {
    return name;
  }

  /** The operating system's number for it. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL: no hook runs, nothing is flushed; returns once it is gone. */
  public void kill() {
    process.toHandle().destroyForcibly();
    exitCode(Duration.ofSeconds(20));
  }

  /** SIGTERM: the order to stop, which it may follow in its own time. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** The exit code, once it has ended; 128 and the signal where a signal ended it. */
  public int exitCode(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("%s does not end within %s; %s".formatted(name, patience, log));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** Everything that it has printed, both streams. */
  public String output() {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has printed that. */
  public void awaitOutput(String text, Duration timeout) {
    await("prints " + text, timeout, () -> output().contains(text));
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
}
