package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * An event in the job view.
 *
 * @param id the event's id
 * @param type the event's type
 * @param time when it happened
 * @param sequence its position among the events of its job: 0 for started, the step for progress
 * @param json the CloudEvent in structured mode, on one line
 */
public record JobEvent(String id, String type, Instant time, int sequence, String json) {
  /** The sequence before all events. */
  public static final int BEFORE_FIRST = -1;

  /** The sequence of a terminal event. */
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

  /** The sequence of an event id; {@link #BEFORE_FIRST} if it is not an event of the job. */
  public static int sequence(String job, String eventId) {
    if (!eventId.startsWith(job + "/")) {
      return BEFORE_FIRST;
    }
    String name = eventId.substring(job.length() + 1);
    if (name.matches("progress/\\d{1,6}")) {
      return Integer.parseInt(name.substring(name.indexOf('/') + 1));
    }
    // Earlier versions have no hash of the request's record in these names.
    return switch (name.replaceFirst("-[0-9a-f]{16}$", "")) {
      case "started" -> STARTED;
      case "completed", "failed", "cancelled" -> TERMINAL;
      default -> BEFORE_FIRST;
    };
  }

  /** The name of the type: {@code started}, {@code progress}, {@code completed}, ... */
  String kind() {
    String name = type.substring(JobEventFactory.TYPE_PREFIX.length());
    return name.substring(0, name.indexOf('.'));
  }

  /** The CloudEvent's data. */
  public Map<String, Object> data() {
    return JsonMaps.object(Json.readObject(json.getBytes(StandardCharsets.UTF_8)), "data");
  }
}
