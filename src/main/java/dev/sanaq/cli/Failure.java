package dev.sanaq.cli;

import dev.sanaq.sana.UnsupportedSizeException;
import java.io.PrintWriter;
import picocli.CommandLine.ParameterException;

/** The one place where an exception becomes what a command says and its exit code. */
final class Failure {
  /** The work failed. */
  static final int FAILED = 1;

  /** The command was used wrongly. */
  static final int WRONG_USE = 2;

  private Failure() {}

  /**
   * Says what went wrong, in one line unless details are wanted.
   *
   * @param out standard error
   * @param details whether to print the stack trace too
   * @return the exit code
   */
  static int report(PrintWriter out, Throwable failure, boolean details) {
    String message = failure.getMessage();
    out.println("error: " + (message == null ? failure.getClass().getName() : message));
    if (details) {
      failure.printStackTrace(out);
    }
    out.flush();
    boolean wrongUse =
        failure instanceof UnsupportedSizeException || failure instanceof ParameterException;
    return wrongUse ? WRONG_USE : FAILED;
  }
}
