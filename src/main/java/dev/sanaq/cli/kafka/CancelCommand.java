package dev.sanaq.cli.kafka;

import dev.sanaq.job.JobIds;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.request.RequestProducer;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cancel}: requests the cancellation of a job. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Cancels a job. Its terminal event shows whether that was in time.")
public final class CancelCommand implements Callable<Integer> {
  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Parameters(paramLabel = "ID", description = "The job's id.")
  private String id;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Reason that the terminal event repeats (default: none).")
  private String reason;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!JobIds.isValid(id)) {
      throw new ParameterException(
          spec.commandLine(), "invalid id %s: must be %s".formatted(id, JobIds.ALLOWED));
    }
    try (RequestProducer requests = new RequestProducer(kafka, topics)) {
      requests.cancel(id, reason);
    }
    return ExitCode.OK;
  }
}
