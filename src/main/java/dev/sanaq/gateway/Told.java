package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * An event as the view keeps it.
 *
 * @param id the event's id
 * @param type the event's type
 * @param time when it happened
 * @param rank its place among the events of its job
 * @param line the event on one line of JSON, CloudEvents' structured mode
 */
record Told(String id, String type, Instant time, int rank, String line) {
  /** Before all events. */
  static final int NOTHING = -1;

  /** The end's. */
  static final int LAST = Integer.MAX_VALUE;

  private static final int STARTED = 0;

  static Told of(CloudEvent event) {
    return new Told(
        event.id(), event.type(), event.time(), rank(event.subject(), event.id()), event.toLine());
  }

  /** The place of a job's event, by its id; before all where it is no event of that job. */
  static int rank(String job, String eventId) {
    if (!eventId.startsWith(job + "/")) {
      return NOTHING;
    }
    String name = eventId.substring(job.length() + 1);
    if (name.matches("progress/\\d{1,6}")) {
      return Integer.parseInt(name.substring(name.indexOf('/') + 1));
    }
    return switch (name) {
      case "started" -> STARTED;
      case "completed", "failed", "cancelled" -> LAST;
      default -> NOTHING;
    };
  }

  /** What happened, in one word. */
  String kind() {
    String name = type.substring(Events.TYPE_PREFIX.length());
    return name.substring(0, name.indexOf('.'));
  }

  /** What there is to tell. */
  Map<String, Object> data() {
    return Maps.object(Json.object(line.getBytes(StandardCharsets.UTF_8)), "data");
  }
}
