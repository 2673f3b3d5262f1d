package dev.sanaq.cli.serve;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.local.LocalServices;
import dev.sanaq.local.LocalServicesConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * Kafka, S3 and the demo's checkpoint, started before Quarkus and stopped after it. The rest of the
 * program finds them as ordinary configuration, and a worker can still publish its last result
 * during shutdown.
 */
public final class EmbeddedServices {
  static final String MODEL_OPTION = "--model";

  private static final String STARTED_PROPERTY = "sanaq.local.started";
  private static final List<String> COMMANDS = List.of("local", "demo");
  private static final List<String> HELP_OPTIONS = List.of("-h", "--help", "-V", "--version");
  private static final int SHUTDOWN_TIMEOUT_MINUTES = 10;

  private final CountDownLatch allowShutdown = new CountDownLatch(1);

  private EmbeddedServices() {}

  @Command
  private static final class Arguments {
    @Mixin private LocalOptions local;

    @Option(names = MODEL_OPTION)
    private @Nullable Path model;

    @Parameters
    @SuppressWarnings("UnusedVariable") // the command itself parses the rest
    private List<String> ignoredArguments = List.of();
  }

  /**
   * Starts the services that the command needs and sets the system properties that lead to them.
   */
  public static EmbeddedServices start(String... args) {
    EmbeddedServices embedded = new EmbeddedServices();
    if (needsServices(args) && List.of(args).stream().noneMatch(HELP_OPTIONS::contains)) {
      try {
        embedded.start(parse(args), args[0].equals("demo"));
      } catch (ParameterException e) {
        // The command has the same options and reports what is wrong with them.
        return embedded;
      }
    }
    return embedded;
  }

  // A reload in development mode runs main again while the first services are still running.
  private static boolean needsServices(String... args) {
    return args.length > 0
        && COMMANDS.contains(args[0])
        && System.getProperty(STARTED_PROPERTY) == null;
  }

  /** Allows the services to stop: the program has finished. */
  public void allowShutdown() {
    allowShutdown.countDown();
  }

  private void start(Arguments arguments, boolean needsModel) {
    Path dataDir = arguments.local.dataDir();
    LocalServicesConfig config = arguments.local.config();
    LocalServices services =
        dataDir == null
            ? LocalServices.startTemporary(config)
            : LocalServices.start(dataDir, config);
    // The JVM runs all shutdown hooks at once; this one must be the last to act.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> closeAfterProgram(services), "sanaq-local-services"));
    override(services.config());
    System.setProperty(STARTED_PROPERTY, "true");
    if (needsModel) {
      setDefault("sanaq.events.previews", "true");
    }
    Path model = arguments.model;
    if (model != null) {
      System.setProperty("sanaq.model.path", model.toString());
    } else if (needsModel) {
      System.setProperty("sanaq.model.path", DemoCheckpoint.write(services.folder()).toString());
    }
  }

  // Quarkus takes Kafka's settings from the names of environment variables too, beside the
  // properties: both must lead to these services, not to another cluster.
  private static void override(Map<String, String> config) {
    config.forEach(
        (key, value) -> {
          List<String> names = new ArrayList<>(List.of(key));
          System.getenv().keySet().stream()
              .filter(name -> name.equalsIgnoreCase(key.replaceAll("[^A-Za-z0-9]", "_")))
              .forEach(names::add);
          for (String name : names) {
            String configured = System.getProperty(name, System.getenv(name));
            if (configured != null && !configured.equals(value)) {
              System.err.printf(
                  "%s=%s is ignored: this command uses its own, %s%n", name, configured, value);
            }
            System.setProperty(name, value);
          }
        });
  }

  private static void setDefault(String key, String value) {
    String variable = key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    if (System.getProperty(key) == null && System.getenv(variable) == null) {
      System.setProperty(key, value);
    }
  }

  private void closeAfterProgram(LocalServices services) {
    try {
      if (!allowShutdown.await(SHUTDOWN_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
        System.err.println("the program did not stop in time; stopping its local services");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    services.close();
  }

  private static Arguments parse(String... args) {
    Arguments arguments = new Arguments();
    CommandLine line = new CommandLine(arguments);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUnmatchedArgumentsAllowed(true);
    line.setUnmatchedOptionsArePositionalParams(true);
    line.parseArgs(args);
    return arguments;
  }
}
