package dev.sanaq.cli;

import dev.sanaq.cli.generate.BenchmarkCommand;
import dev.sanaq.cli.generate.GenerateCommand;
import dev.sanaq.cli.kafka.CancelCommand;
import dev.sanaq.cli.kafka.DeadLettersCommand;
import dev.sanaq.cli.kafka.SubmitCommand;
import dev.sanaq.cli.kafka.WatchCommand;
import dev.sanaq.cli.kafka.WebhooksCommand;
import dev.sanaq.cli.model.AdaptersCommand;
import dev.sanaq.cli.model.InspectCommand;
import dev.sanaq.cli.model.ModelCommand;
import dev.sanaq.cli.serve.DemoCommand;
import dev.sanaq.cli.serve.LocalCommand;
import dev.sanaq.cli.serve.ServeCommand;
import dev.sanaq.cli.train.TrainCommand;
import io.quarkus.picocli.runtime.annotations.TopCommand;
import picocli.CommandLine.Command;

/** The top command; each subcommand is one role of the program. */
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
      AdaptersCommand.class,
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
