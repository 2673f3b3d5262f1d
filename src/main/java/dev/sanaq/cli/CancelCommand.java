package dev.sanaq.cli;

import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.Requests;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.job.JobIds;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a job back; its terminal event tells whether that came in time. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Takes a job back. Its terminal event tells whether that came in time.")
public final class CancelCommand implements Callable<Integer> {
  @Inject KafkaClients kafka;
  @Inject TopicsConfig topics;

  @Parameters(paramLabel = "ID", description = "The job.")
  private String id;

  @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why.")
  private String reason;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!JobIds.valid(id)) {
      throw new ParameterException(
          spec.commandLine(), "the id %s is not %s".formatted(id, JobIds.ALLOWED));
    }
    try (Requests requests = new Requests(kafka, topics)) {
      requests.cancel(id, reason);
    }
    return ExitCode.OK;
  }
}
