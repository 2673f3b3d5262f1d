package dev.sanaq.testing;

import dev.sanaq.cli.kafka.SubmitCommand;
import dev.sanaq.cli.kafka.WatchCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Runs the commands that use HTTP, for tests with a gateway. */
public final class GatewayCommandRunner {
  private GatewayCommandRunner() {}

  /** The exit code and the output of a command. */
  public record Result(int code, String out, String err) {}

  public static Result submit(String... args) {
    return run(new SubmitCommand(), args);
  }

  public static Result watch(String... args) {
    return run(new WatchCommand(), args);
  }

  private static Result run(Callable<Integer> command, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Result(line.execute(args), out.toString(), err.toString());
  }
}
