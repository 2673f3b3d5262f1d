package dev.sanaq.cli.terminal;

import dev.sanaq.files.FileErrors;
import dev.sanaq.sana.UnsupportedSizeException;
import io.quarkus.runtime.ApplicationLifecycleManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns an exception into a command's error message and exit code. */
public final class CliErrors {
  private static final Logger LOG = Logger.getLogger(CliErrors.class);

  /** The command failed. */
  static final int EXIT_FAILURE = 1;

  /** The command line is invalid. */
  static final int EXIT_USAGE = 2;

  /** What no input should cause; their messages do not help a user. */
  private static final List<Class<?>> DEFECTS =
      List.of(
          NullPointerException.class,
          IndexOutOfBoundsException.class,
          ClassCastException.class,
          ArithmeticException.class,
          NegativeArraySizeException.class,
          NoSuchElementException.class);

  private CliErrors() {}

  /**
   * Installs the error handling of all commands: an invalid command line prints one line and where
   * to find the help, not the help itself; a failure prints one line.
   *
   * @return {@code line}
   */
  public static CommandLine install(CommandLine line) {
    return line.registerConverter(Double.class, CliErrors::finiteNumber)
        .registerConverter(double.class, CliErrors::finiteNumber)
        .setParameterExceptionHandler((error, args) -> reportUsage(error))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              LOG.debug("the command failed", failure);
              // What fails because the program is being stopped is no error of the command.
              return ApplicationLifecycleManager.isVmShuttingDown()
                  ? SignalHandling.EXIT_INTERRUPTED
                  : report(command.getErr(), failure, false);
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
    err.println("error: " + describe(failure));
    if (details) {
      failure.printStackTrace(err);
    }
    err.flush();
    boolean usageError =
        failure instanceof UnsupportedSizeException || failure instanceof ParameterException;
    return usageError ? EXIT_USAGE : EXIT_FAILURE;
  }

  /**
   * What went wrong: file and reason of a failed access, else the exception's own message; after
   * that of a library the messages of its causes, since libraries say only there why.
   */
  static String describe(Throwable failure) {
    if (failure instanceof IOException e) {
      return FileErrors.describe(e);
    }
    String message = failure.getMessage();
    if (failure instanceof UncheckedIOException e) {
      IOException cause = FileErrors.cause(e);
      String description = FileErrors.describe(cause);
      if (message == null || message.equals(cause.toString())) {
        return description;
      }
      return message.contains(FileErrors.reason(cause)) ? message : message + ": " + description;
    }
    if (message != null && isOfLibrary(failure)) {
      return describeCauses(failure);
    }
    boolean defect = DEFECTS.stream().anyMatch(type -> type.isInstance(failure));
    return message == null || defect
        ? "a defect of sanaq: %s; please report it with the output of --verbose".formatted(failure)
        : message;
  }

  /** The exception and its causes, each once. */
  static List<Throwable> causes(Throwable failure) {
    Set<Throwable> chain = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = failure; t != null && chain.add(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  private static boolean isOfLibrary(Throwable failure) {
    String name = failure.getClass().getName();
    return Stream.of("java.", "dev.sanaq.", "picocli.").noneMatch(name::startsWith);
  }

  private static String describeCauses(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause : causes(failure)) {
      String message = cause.getMessage();
      if (cause instanceof IOException e) {
        boolean isNamed = message != null && text.indexOf(message) >= 0;
        message = isNamed ? FileErrors.reason(e) : FileErrors.describe(e);
      }
      // A wrapper without a message of its own has its cause's.
      boolean repeats = cause.getCause() != null && cause.getCause().toString().equals(message);
      if (message != null && !message.isBlank() && !repeats && text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    return text.toString();
  }

  private static double finiteNumber(String text) {
    try {
      double number = Double.parseDouble(text);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below, as a number that is not finite
    }
    throw new TypeConversionException("'%s' is not a finite number".formatted(text));
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
