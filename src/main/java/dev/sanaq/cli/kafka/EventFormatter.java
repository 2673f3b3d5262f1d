package dev.sanaq.cli.kafka;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Events for people to read: one line, and one more an image. */
public final class EventFormatter {
  private EventFormatter() {}

  /** The event's time, job and kind, and what matters of its data. */
  public static String format(CloudEvent event) {
    String kind =
        event.type().startsWith(JobEventFactory.TYPE_PREFIX)
            ? event
                .type()
                .substring(JobEventFactory.TYPE_PREFIX.length())
                .replaceAll("\\.v\\d+$", "")
            : event.type();
    return "%s %s %s%s".formatted(event.time(), event.subject(), kind, details(event));
  }

  private static String details(CloudEvent event) {
    if (event.type().equals(JobEventFactory.PROGRESS)) {
      return " %s/%s".formatted(event.data().get("step"), event.data().get("steps"));
    }
    if (event.type().equals(JobEventFactory.FAILED)
        && event.data().get("error") instanceof Map<?, ?> error) {
      return " %s: %s".formatted(error.get("code"), error.get("message"));
    }
    if (event.type().equals(JobEventFactory.COMPLETED)
        && event.data().get("images") instanceof List<?> images) {
      return images.stream().map(EventFormatter::imageUrl).collect(Collectors.joining());
    }
    return "";
  }

  private static String imageUrl(Object image) {
    return image instanceof Map<?, ?> fields ? "\n" + fields.get("url") : "";
  }
}
