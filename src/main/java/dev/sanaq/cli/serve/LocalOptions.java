package dev.sanaq.cli.serve;

import dev.sanaq.local.LocalServiceKind;
import dev.sanaq.local.LocalServicesConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of the {@code local} command: which services to start, and where. */
final class LocalOptions {
  static final String DATA_DIR_OPTION = "--data-dir";
  static final String DATA_DIR_DESCRIPTION =
      "Folder of Kafka's and S3's data (default: a temporary folder, deleted at exit).";
  static final String ONLY_OPTION = "--only";

  @Option(names = DATA_DIR_OPTION, paramLabel = "DIR", description = DATA_DIR_DESCRIPTION)
  private @Nullable Path dataDir;

  @Option(
      names = ONLY_OPTION,
      paramLabel = "SERVICE",
      description = "Start only this service: ${COMPLETION-CANDIDATES} (default: both).")
  private @Nullable LocalServiceKind only;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of Kafka; 0 for any free port (default: ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--s3-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of S3; 0 for any free port (default: ${DEFAULT-VALUE}).")
  private int s3Port;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description =
          "A topic to create beside the configured ones, for the requests of another model; may be"
              + " repeated.")
  private List<String> topics = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  /** The folder of the data; null for a temporary one. */
  @Nullable Path dataDir() {
    return dataDir;
  }

  /**
   * The services to start.
   *
   * @throws ParameterException if a port is invalid
   */
  LocalServicesConfig config() {
    LocalServiceKind one = only;
    Set<LocalServiceKind> services =
        one == null ? EnumSet.allOf(LocalServiceKind.class) : EnumSet.of(one);
    try {
      return new LocalServicesConfig(services, kafkaPort, s3Port, topics);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
    }
  }
}
