package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import dev.sanaq.kafka.event.JobEventFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** Waits for a job's end and shows how far it has come. */
public final class JobCompletion {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

  private JobCompletion() {}

  /** The job's terminal event; none where it does not come in time. */
  public static Optional<CloudEvent> await(EventReader events, String id, Duration patience) {
    Instant until = Instant.now().plus(patience);
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("waiting");
      while (Instant.now().isBefore(until)) {
        for (CloudEvent event : events.poll(POLL_TIMEOUT)) {
          if (event.subject().equals(id)) {
            if (isTerminal(event)) {
              return Optional.of(event);
            }
            showProgress(bar, event);
          }
        }
      }
      return Optional.empty();
    }
  }

  /** Whether the event is a job's last. */
  static boolean isTerminal(CloudEvent event) {
    return JobEventFactory.isTerminal(event.type());
  }

  /** What a script is told of the event: 0 for images, 1 for none. */
  public static int exitCode(CloudEvent event) {
    return event.type().equals(JobEventFactory.COMPLETED) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** Shows how far the job has come. */
  static void showProgress(ProgressBar bar, CloudEvent event) {
    if (event.data().get("step") instanceof Number step
        && event.data().get("steps") instanceof Number steps) {
      bar.show("drawing", step.longValue(), steps.longValue());
    } else if (!isTerminal(event)) {
      bar.show("started");
    }
  }
}
