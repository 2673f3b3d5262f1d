package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * An event as the view keeps it.
 *
 * @param id the event's id
 * @param type the event's type
 * @param time when it happened
 * @param sequence its place among the events of its job
 * @param json the event on one line of JSON, CloudEvents' structured mode
 */
public record JobEvent(String id, String type, Instant time, int sequence, String json) {
  /** Before all events. */
  public static final int BEFORE_FIRST = -1;

  /** The end's. */
  public static final int TERMINAL = Integer.MAX_VALUE;

  private static final int STARTED = 0;

  static JobEvent of(CloudEvent event) {
    return new JobEvent(
        event.id(),
        event.type(),
        event.time(),
        sequence(event.subject(), event.id()),
        event.toJson());
  }

  /** The place of a job's event, by its id; before all where it is no event of that job. */
  public static int sequence(String job, String eventId) {
    if (!eventId.startsWith(job + "/")) {
      return BEFORE_FIRST;
    }
    String name = eventId.substring(job.length() + 1);
    if (name.matches("progress/\\d{1,6}")) {
      return Integer.parseInt(name.substring(name.indexOf('/') + 1));
    }
    return switch (name) {
      case "started" -> STARTED;
      case "completed", "failed", "cancelled" -> TERMINAL;
      default -> BEFORE_FIRST;
    };
  }

  /** What happened, in one word. */
  String kind() {
    String name = type.substring(JobEventFactory.TYPE_PREFIX.length());
    return name.substring(0, name.indexOf('.'));
  }

  /** What there is to tell. */
  public Map<String, Object> data() {
    return JsonMaps.object(Json.readObject(json.getBytes(StandardCharsets.UTF_8)), "data");
  }
}
