package dev.sanaq.cli.serve;

import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.local.LocalServices;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code local}: Kafka and S3 for development, in the foreground. {@link EmbeddedServices} starts
 * them before this command runs and stops them after everything that uses them.
 */
@Command(
    name = "local",
    mixinStandardHelpOptions = true,
    description =
        "Runs Kafka and S3 for development until Ctrl-C and prints the configuration to use them.")
public final class LocalCommand implements Callable<Integer> {
  @Mixin private LocalOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (String key : LocalServices.configKeys(options.config())) {
      out.println(key + "=" + ConfigProvider.getConfig().getValue(key, String.class));
    }
    out.flush();
    SignalHandling.awaitShutdown();
    return 0;
  }
}
