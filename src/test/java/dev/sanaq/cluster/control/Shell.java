package dev.sanaq.cluster.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands to their end. Thread-safe. */
public final class Shell {
  private Shell() {}

  /**
   * What a command has answered.
   *
   * @param output stdout and stderr
   */
  public record Result(int code, String output) {
    /** Returns whether the exit code is 0. */
    public boolean succeeded() {
      return code == 0;
    }
  }

  /** Runs a command with a text as its standard input. */
  public static Result run(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException("%s does not run".formatted(command.get(0)), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs a command that must succeed, and returns its output.
   *
   * @throws AssertionError with the output if the exit code is not 0
   */
  public static String check(String... command) {
    Result result = run("", List.of(command));
    if (!result.succeeded()) {
      throw new AssertionError(
          "%s: exit code %s\n%s"
              .formatted(String.join(" ", command), result.code(), result.output()));
    }
    return result.output();
  }
}
