package dev.sanaq;

import dev.sanaq.cli.serve.EmbeddedServices;
import dev.sanaq.cli.terminal.Utf8Arguments;
import io.quarkus.picocli.runtime.PicocliRunner;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** The program's entry point: one artifact whose role is its first argument. */
@QuarkusMain
public final class Main {
  private static final List<String> SERVING = List.of("serve", "demo");

  private Main() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String... read) {
    String[] args = Utf8Arguments.decode(read);
    if (args.length == 0 || !SERVING.contains(args[0])) {
      System.setProperty("quarkus.http.host-enabled", "false");
    }
    EmbeddedServices embedded = EmbeddedServices.start(args);
    Quarkus.run(
        PicocliRunner.class,
        (code, failure) -> {
          embedded.allowShutdown();
          ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(code, failure);
        },
        args);
  }
}
