package dev.sanaq.cli;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Events for people to read: one line, and one more a picture. */
final class EventText {
  private EventText() {}

  /** The event's time, job and kind, and what matters of its data. */
  static String of(CloudEvent event) {
    String kind =
        event.type().startsWith(Events.TYPE_PREFIX)
            ? event.type().substring(Events.TYPE_PREFIX.length()).replaceAll("\\.v\\d+$", "")
            : event.type();
    return "%s %s %s%s".formatted(event.time(), event.subject(), kind, details(event));
  }

  private static String details(CloudEvent event) {
    if (event.type().equals(Events.PROGRESS)) {
      return " %s/%s".formatted(event.data().get("step"), event.data().get("steps"));
    }
    if (event.type().equals(Events.FAILED)
        && event.data().get("error") instanceof Map<?, ?> error) {
      return " %s: %s".formatted(error.get("code"), error.get("message"));
    }
    if (event.type().equals(Events.COMPLETED)
        && event.data().get("images") instanceof List<?> images) {
      return images.stream().map(EventText::picture).collect(Collectors.joining());
    }
    return "";
  }

  private static String picture(Object image) {
    return image instanceof Map<?, ?> fields ? "\n" + fields.get("url") : "";
  }
}
