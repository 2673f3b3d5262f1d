package dev.sanaq.cli.terminal;

import dev.sanaq.sana.UnsupportedSizeException;
import java.io.PrintWriter;
import picocli.CommandLine.ParameterException;

/** The one place where an exception becomes what a command says and its exit code. */
public final class CliErrors {
  /** The work failed. */
  static final int EXIT_FAILURE = 1;

  /** The command was used wrongly. */
  static final int EXIT_USAGE = 2;

  private CliErrors() {}

  /**
   * Says what went wrong, in one line unless details are wanted.
   *
   * @param out standard error
   * @param details whether to print the stack trace too
   * @return the exit code
   */
  public static int report(PrintWriter out, Throwable failure, boolean details) {
    String message = failure.getMessage();
    out.println("error: " + (message == null ? failure.getClass().getName() : message));
    if (details) {
      failure.printStackTrace(out);
    }
    out.flush();
    boolean wrongUse =
        failure instanceof UnsupportedSizeException || failure instanceof ParameterException;
    return wrongUse ? EXIT_USAGE : EXIT_FAILURE;
  }
}
