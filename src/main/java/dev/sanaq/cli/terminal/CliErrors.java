package dev.sanaq.cli.terminal;

import dev.sanaq.sana.UnsupportedSizeException;
import java.io.PrintWriter;
import org.jboss.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns an exception into a command's error message and exit code. */
public final class CliErrors {
  private static final Logger LOG = Logger.getLogger(CliErrors.class);

  /** The command failed. */
  static final int EXIT_FAILURE = 1;

  /** The command line is invalid. */
  static final int EXIT_USAGE = 2;

  private CliErrors() {}

  /**
   * Installs the error handling of all commands: an invalid command line prints one line and where
   * to find the help, not the help itself; a failure prints one line.
   *
   * @return {@code line}
   */
  public static CommandLine install(CommandLine line) {
    return line.setParameterExceptionHandler((error, args) -> reportUsage(error))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              LOG.debug("the command failed", failure);
              return report(command.getErr(), failure, false);
            });
  }

  /**
   * Prints what went wrong, in one line unless details are wanted.
   *
   * @param err standard error
   * @param details whether to print the stack trace too
   * @return the exit code
   */
  public static int report(PrintWriter err, Throwable failure, boolean details) {
    String message = failure.getMessage();
    err.println("error: " + (message == null ? failure.getClass().getName() : message));
    if (details) {
      failure.printStackTrace(err);
    }
    err.flush();
    boolean usageError =
        failure instanceof UnsupportedSizeException || failure instanceof ParameterException;
    return usageError ? EXIT_USAGE : EXIT_FAILURE;
  }

  private static int reportUsage(ParameterException error) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("error: " + error.getMessage());
    UnmatchedArgumentException.printSuggestions(error, err);
    err.printf("See '%s --help'.%n", command.getCommandSpec().qualifiedName());
    err.flush();
    return EXIT_USAGE;
  }
}
