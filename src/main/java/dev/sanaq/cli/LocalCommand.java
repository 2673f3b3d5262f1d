package dev.sanaq.cli;

import dev.sanaq.local.LocalServices;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Kafka and S3 for development, in the foreground. {@link EarlyServices} has started them before
 * this runs, so that they end after everything that uses them.
 */
@Command(
    name = "local",
    mixinStandardHelpOptions = true,
    description = "Kafka and S3 on this machine, for development, until told to stop.")
public final class LocalCommand implements Callable<Integer> {
  @Option(
      names = EarlyServices.FOLDER,
      paramLabel = "DIR",
      description = "Keep the data there; without it the data goes when this ends.")
  @SuppressWarnings("UnusedVariable") // EarlyServices reads it
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (String key : LocalServices.CONFIG_KEYS) {
      out.println(key + "=" + ConfigProvider.getConfig().getValue(key, String.class));
    }
    out.flush();
    Termination.await();
    return 0;
  }
}
