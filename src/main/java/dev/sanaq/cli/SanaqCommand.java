package dev.sanaq.cli;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import picocli.CommandLine.Command;

/** The program; what it does is its first argument. */
@TopCommand
@Command(
    name = "sanaq",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Text-to-image as a Kafka-driven service.",
    subcommands = {
      GenerateCommand.class,
      InspectCommand.class,
      ModelCommand.class,
      BenchmarkCommand.class,
      ServeCommand.class,
      LocalCommand.class,
      DemoCommand.class,
      SubmitCommand.class,
      CancelCommand.class,
      WatchCommand.class,
      DeadLettersCommand.class,
      WebhooksCommand.class,
      TrainCommand.class
    })
public final class SanaqCommand {}
