package dev.sanaq;

import dev.sanaq.cli.serve.EmbeddedServices;
import dev.sanaq.cli.terminal.StartupErrors;
import dev.sanaq.cli.terminal.Utf8Arguments;
import dev.sanaq.files.LibraryFolder;
import io.quarkus.picocli.runtime.PicocliRunner;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program's entry point: one artifact whose role is its first argument. */
@QuarkusMain
public final class Main {
  private static final List<String> SERVING = List.of("serve", "demo");

  // It logs its version while Quarkus checks the settings, before the log is configured.
  private static final Logger VALIDATOR_VERSION =
      Logger.getLogger("org.hibernate.validator.internal.util.Version");

  private Main() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String... read) {
    VALIDATOR_VERSION.setLevel(Level.WARNING);
    // All texts are English, and machines read many of them: no digits of another script.
    Locale.setDefault(Locale.ROOT);
    String[] args = Utf8Arguments.decode(read);
    if (args.length == 0 || !SERVING.contains(args[0])) {
      System.setProperty("quarkus.http.host-enabled", "false");
    }
    // Quarkus would answer an invalid URL without a body; the gateway describes what is wrong.
    System.setProperty("vertx.disableURIValidation", "true");
    LibraryFolder.use();
    EmbeddedServices embedded = startEmbedded(args);
    Quarkus.run(
        PicocliRunner.class,
        (code, failure) -> {
          if (failure != null) {
            System.err.println("error: " + StartupErrors.describe(failure));
          }
          embedded.allowShutdown();
          ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(code, failure);
        },
        args);
  }

  private static EmbeddedServices startEmbedded(String... args) {
    try {
      return EmbeddedServices.start(args);
    } catch (RuntimeException e) {
      System.err.println("error: " + StartupErrors.describe(e));
      // An exit would print every log record so far, at all levels: logging is not configured yet.
      Runtime.getRuntime().halt(1);
      throw e;
    }
  }
}
