package dev.sanaq.cli;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.EventReader;
import dev.sanaq.event.Events;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** Waits for a job's end and shows how far it has come. */
final class TerminalEvents {
  private static final Duration LOOK = Duration.ofMillis(200);

  private TerminalEvents() {}

  /** The job's terminal event; none where it does not come in time. */
  static Optional<CloudEvent> await(EventReader events, String id, Duration patience) {
    Instant until = Instant.now().plus(patience);
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("waiting");
      while (Instant.now().isBefore(until)) {
        for (CloudEvent event : events.next(LOOK)) {
          if (event.subject().equals(id)) {
            if (ends(event)) {
              return Optional.of(event);
            }
            show(bar, event);
          }
        }
      }
      return Optional.empty();
    }
  }

  /** Whether the event is a job's last. */
  static boolean ends(CloudEvent event) {
    return Events.isTerminal(event.type());
  }

  /** What a script is told of the event: 0 for pictures, 1 for none. */
  static int exitCode(CloudEvent event) {
    return event.type().equals(Events.COMPLETED) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** Shows how far the job has come. */
  static void show(ProgressBar bar, CloudEvent event) {
    if (event.data().get("step") instanceof Number step
        && event.data().get("steps") instanceof Number steps) {
      bar.show("drawing", step.longValue(), steps.longValue());
    } else if (!ends(event)) {
      bar.show("started");
    }
  }
}
