package dev.sanaq.cli;

import dev.sanaq.local.LocalPart;
import dev.sanaq.local.LocalPlan;
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
  static final String FOLDER = "--folder";
  static final String ONLY = "--only";

  @Option(
      names = FOLDER,
      paramLabel = "DIR",
      description = "Keep the data there; without it the data goes when this ends.")
  private @Nullable Path folder;

  @Option(
      names = ONLY,
      paramLabel = "SERVICE",
      description = "Start only this one: ${COMPLETION-CANDIDATES}.")
  private @Nullable LocalPart only;

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
  LocalPlan plan() {
    LocalPart one = only;
    Set<LocalPart> parts = one == null ? EnumSet.allOf(LocalPart.class) : EnumSet.of(one);
    try {
      return new LocalPlan(parts, kafkaPort, s3Port);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
    }
  }
}
