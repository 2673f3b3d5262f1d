package dev.sanaq.cli.serve;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.local.LocalServices;
import dev.sanaq.local.LocalServicesConfig;
import java.nio.file.Path;
import java.util.List;
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
 * Kafka, S3 and the demo's model, started before the framework and ended after it: so everything
 * between finds them as ordinary configuration, and the last job is still published while the
 * program stops.
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
    @SuppressWarnings("UnusedVariable") // whatever else there is, the command itself reads
    private List<String> ignoredArguments = List.of();
  }

  /** Starts what the command needs, if any, and puts where it is into system properties. */
  public static EmbeddedServices start(String... args) {
    EmbeddedServices early = new EmbeddedServices();
    if (needsServices(args) && List.of(args).stream().noneMatch(HELP_OPTIONS::contains)) {
      try {
        early.start(parse(args), args[0].equals("demo"));
      } catch (ParameterException e) {
        // The command itself knows the same options and says what is wrong with them.
        return early;
      }
    }
    return early;
  }

  // In development a reload starts the program again while the first one's services go on.
  private static boolean needsServices(String... args) {
    return args.length > 0
        && COMMANDS.contains(args[0])
        && System.getProperty(STARTED_PROPERTY) == null;
  }

  /** The program has ended: the services may. */
  public void allowShutdown() {
    allowShutdown.countDown();
  }

  private void start(Arguments arguments, boolean needsModel) {
    Path folder = arguments.local.folder();
    LocalServicesConfig plan = arguments.local.plan();
    LocalServices services =
        folder == null ? LocalServices.startTemporary(plan) : LocalServices.start(folder, plan);
    // A signal starts all hooks at once; this one has to come last.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> closeAfterProgram(services), "sanaq-local-services"));
    services.config().forEach(System::setProperty);
    System.setProperty(STARTED_PROPERTY, "true");
    Path model = arguments.model;
    if (model != null) {
      System.setProperty("sanaq.model.path", model.toString());
    } else if (needsModel) {
      System.setProperty("sanaq.model.path", DemoCheckpoint.write(services.folder()).toString());
    }
  }

  private void closeAfterProgram(LocalServices services) {
    try {
      if (!allowShutdown.await(SHUTDOWN_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
        System.err.println("the program does not end; its local services do");
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
