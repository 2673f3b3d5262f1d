package dev.sanaq.cli.kafka;

import dev.sanaq.job.JobIds;
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

/** {@code watch}: prints the events of one job until its end, or of all jobs until Ctrl-C. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = "Prints events of one job, or of all, as they arrive.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:the job completed", "1:the job failed", "2:invalid command line"})
public final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration NO_TIMEOUT = Duration.ofDays(365);

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Only events of this job, up to its terminal event.")
  private @Nullable String id;

  @Mixin private GatewayOptions gateway;

  @Option(names = "--from-beginning", description = "Also print earlier events in the topic.")
  private boolean fromBeginning;

  @Option(names = "--json", description = "Print one CloudEvent per line.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (id != null && !JobIds.isValid(id)) {
      throw new ParameterException(
          spec.commandLine(), "invalid id %s: must be %s".formatted(id, JobIds.ALLOWED));
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<GatewayClient> client = gateway.client();
    return client.isPresent() ? watchOverHttp(client.get(), out) : watchOverKafka(out);
  }

  private int watchOverHttp(GatewayClient client, PrintWriter out) {
    if (id == null) {
      throw new ParameterException(spec.commandLine(), "--url needs the ID of a job");
    }
    return JobCompletion.exitCode(client.watch(id, NO_TIMEOUT, event -> print(out, event)));
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
