package dev.sanaq.cli;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.kafka.KafkaClientFactory;
import io.quarkus.picocli.runtime.PicocliCommandLineFactory;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jboss.logging.Logger;
import picocli.CommandLine;

/** What all commands share: how a failure is told, and the way to Kafka. */
public final class CliProducers {
  private static final Logger LOG = Logger.getLogger(CliProducers.class);

  @Produces
  CommandLine commandLine(PicocliCommandLineFactory factory) {
    return factory
        .create()
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              LOG.debug("the command failed", failure);
              return CliErrors.report(command.getErr(), failure, false);
            });
  }

  @Produces
  @Singleton
  KafkaClientFactory kafkaClients(
      @Identifier("default-kafka-broker") Map<String, Object> connection) {
    return new KafkaClientFactory(connection);
  }
}
