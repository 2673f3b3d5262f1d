package dev.sanaq.cli;

import dev.sanaq.local.LocalPlan;
import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.checkpoint.DemoCheckpoint;
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
public final class EarlyServices {
  static final String MODEL = "--model";

  private static final String STARTED = "sanaq.local.started";
  private static final List<String> COMMANDS = List.of("local", "demo");
  private static final List<String> ONLY_HELP = List.of("-h", "--help", "-V", "--version");
  private static final int LAST_JOB_MINUTES = 10;

  private final CountDownLatch programEnded = new CountDownLatch(1);

  private EarlyServices() {}

  @Command
  private static final class Arguments {
    @Mixin private LocalOptions local;

    @Option(names = MODEL)
    private @Nullable Path model;

    @Parameters
    @SuppressWarnings("UnusedVariable") // whatever else there is, the command itself reads
    private List<String> others = List.of();
  }

  /** Starts what the command needs, if any, and puts where it is into system properties. */
  public static EarlyServices start(String... args) {
    EarlyServices early = new EarlyServices();
    if (wanted(args) && List.of(args).stream().noneMatch(ONLY_HELP::contains)) {
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
  private static boolean wanted(String... args) {
    return args.length > 0 && COMMANDS.contains(args[0]) && System.getProperty(STARTED) == null;
  }

  /** The program has ended: the services may. */
  public void programEnded() {
    programEnded.countDown();
  }

  private void start(Arguments arguments, boolean needsModel) {
    Path folder = arguments.local.folder();
    LocalPlan plan = arguments.local.plan();
    LocalServices services =
        folder == null ? LocalServices.startTemporary(plan) : LocalServices.start(folder, plan);
    // A signal starts all hooks at once; this one has to come last.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> closeLast(services), "sanaq-local-services"));
    services.config().forEach(System::setProperty);
    System.setProperty(STARTED, "true");
    Path model = arguments.model;
    if (model != null) {
      System.setProperty("sanaq.model.path", model.toString());
    } else if (needsModel) {
      System.setProperty("sanaq.model.path", DemoCheckpoint.write(services.folder()).toString());
    }
  }

  private void closeLast(LocalServices services) {
    try {
      if (!programEnded.await(LAST_JOB_MINUTES, TimeUnit.MINUTES)) {
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
