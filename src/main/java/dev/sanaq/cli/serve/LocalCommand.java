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
 * Kafka and S3 for development, in the foreground. {@link EmbeddedServices} has started them before
 * this runs, so that they end after everything that uses them.
 */
@Command(
    name = "local",
    mixinStandardHelpOptions = true,
    description = "Kafka and S3 on this machine, for development, until told to stop.")
public final class LocalCommand implements Callable<Integer> {
  @Mixin private LocalOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (String key : LocalServices.configKeys(options.plan())) {
      out.println(key + "=" + ConfigProvider.getConfig().getValue(key, String.class));
    }
    out.flush();
    SignalHandling.awaitShutdown();
    return 0;
  }
}
