package dev.sanaq.cli.kafka;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats events for people: one line, and one more for each image. */
public final class EventFormatter {
  private EventFormatter() {}

  /** The event's time, job and type, and the essential part of its data. */
  public static String format(CloudEvent event) {
    String type =
        event.type().startsWith(JobEventFactory.TYPE_PREFIX)
            ? event
                .type()
                .substring(JobEventFactory.TYPE_PREFIX.length())
                .replaceAll("\\.v\\d+$", "")
            : event.type();
    return "%s %s %s%s".formatted(event.time(), event.subject(), type, details(event));
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
