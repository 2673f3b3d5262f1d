package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import dev.sanaq.kafka.event.JobEventFactory;
import io.quarkus.runtime.ApplicationLifecycleManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** Waits for a job's terminal event and shows its progress. */
public final class JobCompletion {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

  private JobCompletion() {}

  /**
   * Waits for the job's terminal event; empty if it does not arrive in time, or a signal ends the
   * process.
   */
  public static Optional<CloudEvent> await(EventReader events, String id, Duration timeout) {
    Instant deadline = Instant.now().plus(timeout);
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("waiting");
      while (Instant.now().isBefore(deadline) && !ApplicationLifecycleManager.isVmShuttingDown()) {
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

  /** Whether the event is the last one of its job. */
  static boolean isTerminal(CloudEvent event) {
    return JobEventFactory.isTerminal(event.type());
  }

  /** The exit code for a terminal event: 0 if the job completed, 1 otherwise. */
  public static int exitCode(CloudEvent event) {
    return event.type().equals(JobEventFactory.COMPLETED) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** Shows the progress that an event reports. */
  static void showProgress(ProgressBar bar, CloudEvent event) {
    if (event.data().get("step") instanceof Number step
        && event.data().get("steps") instanceof Number steps) {
      bar.show("denoise", step.longValue(), steps.longValue());
    } else if (!isTerminal(event)) {
      bar.show("started");
    }
  }
}
