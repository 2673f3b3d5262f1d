package dev.sanaq.kafka.event;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker reports of itself: whether it takes jobs, and of which model. Sent at its start, at
 * every change, and in between so often that silence means that the worker is gone.
 *
 * @param worker its id
 * @param ready whether it takes jobs
 * @param validSeconds how long the report holds; the next one comes earlier
 * @param model the model's name
 * @param width pixels of a request without the field
 * @param height pixels of a request without the field
 * @param steps denoising steps of a request without the field
 */
public record WorkerStatus(
    String worker,
    boolean ready,
    int validSeconds,
    String model,
    int width,
    int height,
    int steps) {
  /** The event type. */
  public static final String TYPE = "dev.sanaq.worker.status.v1";

  /**
   * The event, with the worker's id as subject and key.
   *
   * @param time when it is sent; part of the event's id
   */
  public CloudEvent toEvent(String source, Instant time) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("worker", worker);
    data.put("ready", ready);
    data.put("validSeconds", validSeconds);
    data.put("model", model);
    data.put("width", width);
    data.put("height", height);
    data.put("steps", steps);
    String id = "%s/status/%s".formatted(worker, time.toEpochMilli());
    return new CloudEvent(id, source, TYPE, worker, time, data, "");
  }

  /** The status in an event; empty if it has another type, or a value that no worker reports. */
  public static Optional<WorkerStatus> of(CloudEvent event) {
    Map<String, Object> data = event.data();
    WorkerStatus status =
        new WorkerStatus(
            event.subject(),
            Boolean.TRUE.equals(data.get("ready")),
            number(data, "validSeconds"),
            String.valueOf(data.get("model")),
            number(data, "width"),
            number(data, "height"),
            number(data, "steps"));
    boolean valid =
        status.validSeconds > 0 && status.width > 0 && status.height > 0 && status.steps > 0;
    return event.type().equals(TYPE) && valid ? Optional.of(status) : Optional.empty();
  }

  private static int number(Map<String, Object> data, String name) {
    return data.get(name) instanceof Number number ? number.intValue() : 0;
  }
}
