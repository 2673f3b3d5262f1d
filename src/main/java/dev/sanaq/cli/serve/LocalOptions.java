package dev.sanaq.cli.serve;

import dev.sanaq.local.LocalServiceKind;
import dev.sanaq.local.LocalServicesConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the {@code local} command is told of its services. */
final class LocalOptions {
  static final String FOLDER_OPTION = "--folder";
  static final String ONLY_OPTION = "--only";

  @Option(
      names = FOLDER_OPTION,
      paramLabel = "DIR",
      description = "Keep the data there; without it the data goes when this ends.")
  private @Nullable Path folder;

  @Option(
      names = ONLY_OPTION,
      paramLabel = "SERVICE",
      description = "Start only this one: ${COMPLETION-CANDIDATES}.")
  private @Nullable LocalServiceKind only;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Kafka's port; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--s3-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "S3's port; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int s3Port;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  /** Where the data lies; null for a folder that goes in the end. */
  @Nullable Path folder() {
    return folder;
  }

  /**
   * What to start.
   *
   * @throws ParameterException where a port is none
   */
  LocalServicesConfig plan() {
    LocalServiceKind one = only;
    Set<LocalServiceKind> parts =
        one == null ? EnumSet.allOf(LocalServiceKind.class) : EnumSet.of(one);
    try {
      return new LocalServicesConfig(parts, kafkaPort, s3Port);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
    }
  }
}
