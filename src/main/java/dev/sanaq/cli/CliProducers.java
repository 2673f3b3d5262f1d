package dev.sanaq.cli;

import dev.sanaq.cli.serve.ServeCommand;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.kafka.KafkaClientFactory;
import io.quarkus.picocli.runtime.PicocliCommandLineFactory;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * CDI producers that all commands share: picocli with its error and signal handling, and Kafka
 * clients.
 */
public final class CliProducers {
  @Produces
  CommandLine commandLine(PicocliCommandLineFactory factory) {
    return CliErrors.install(factory.create().setCaseInsensitiveEnumValuesAllowed(true))
        .setExecutionStrategy(CliProducers::execute);
  }

  private static int execute(ParseResult parsed) {
    SignalHandling.exitIfShuttingDown(
        parsed.hasSubcommand()
            && parsed.subcommand().commandSpec().userObject() instanceof ServeCommand);
    return new RunLast().execute(parsed);
  }

  @Produces
  @Singleton
  KafkaClientFactory kafkaClients(
      @Identifier("default-kafka-broker") Map<String, Object> connection) {
    return new KafkaClientFactory(connection);
  }
}
