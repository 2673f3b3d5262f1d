package dev.sanaq.cli.kafka;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints events as they come; of one job until its end, of all until told to stop. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = "Prints events as they come.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:the job was drawn", "1:it failed", "2:used wrongly"})
public final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration NO_TIMEOUT = Duration.ofDays(365);

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Only this job's events, and stop at its end.")
  private @Nullable String id;

  @Mixin private GatewayOptions gateway;

  @Option(names = "--from-beginning", description = "Also what has happened before.")
  private boolean fromBeginning;

  @Option(names = "--json", description = "One CloudEvent a line.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<GatewayClient> http = gateway.client();
    return http.isPresent() ? watchOverHttp(http.get(), out) : watchOverKafka(out);
  }

  private int watchOverHttp(GatewayClient http, PrintWriter out) {
    if (id == null) {
      throw new ParameterException(spec.commandLine(), "--url watches one job: give its ID");
    }
    return JobCompletion.exitCode(http.watch(id, NO_TIMEOUT, event -> print(out, event)));
  }

  private int watchOverKafka(PrintWriter out) {
    try (EventReader events =
        fromBeginning
            ? EventReader.fromBeginning(kafka.standaloneConsumer(), topics.events())
            : EventReader.fromNow(kafka.standaloneConsumer(), topics.events())) {
      while (true) {
        for (CloudEvent event : events.poll(POLL_TIMEOUT)) {
          if (id == null || event.subject().equals(id)) {
            print(out, event);
            if (id != null && JobCompletion.isTerminal(event)) {
              return JobCompletion.exitCode(event);
            }
          }
        }
      }
    }
  }

  private void print(PrintWriter out, CloudEvent event) {
    out.println(json ? event.toJson() : EventFormatter.format(event));
    out.flush();
  }
}
