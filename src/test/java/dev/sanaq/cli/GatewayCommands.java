package dev.sanaq.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** The commands that speak HTTP, for tests that have a gateway. */
public final class GatewayCommands {
  private GatewayCommands() {}

  /** What a script sees. */
  public record Ran(int code, String out, String err) {}

  public static Ran submit(String... args) {
    return run(new SubmitCommand(), args);
  }

  public static Ran watch(String... args) {
    return run(new WatchCommand(), args);
  }

  private static Ran run(Callable<Integer> command, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Ran(line.execute(args), out.toString(), err.toString());
  }
}
