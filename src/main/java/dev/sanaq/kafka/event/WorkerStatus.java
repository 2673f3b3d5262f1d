package dev.sanaq.kafka.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param adapters those beside the model that can be used, by name; the first {@link
 *     #MAX_ADAPTERS}, so that the event stays small
 * @param controlNets the names of the model's ControlNets, at most as many
 * @param pag whether the model supports perturbed-attention guidance
 */
public record WorkerStatus(
    String worker,
    boolean ready,
    int validSeconds,
    String model,
    int width,
    int height,
    int steps,
    List<Adapter> adapters,
    List<String> controlNets,
    boolean pag) {
  /** The most adapters in a report. */
  public static final int MAX_ADAPTERS = 200;

  /**
   * An adapter beside the worker's model.
   *
   * @param name by which requests name it
   * @param sha256 of its file
   * @param rank of its layers, the largest
   * @param bytes the length of its file
   */
  public record Adapter(String name, String sha256, int rank, long bytes) {}

  public WorkerStatus {
    adapters = adapters.stream().limit(MAX_ADAPTERS).toList();
    controlNets = controlNets.stream().limit(MAX_ADAPTERS).toList();
  }

  /** A worker whose model has neither adapters nor ControlNets nor perturbed-attention guidance. */
  public WorkerStatus(
      String worker,
      boolean ready,
      int validSeconds,
      String model,
      int width,
      int height,
      int steps) {
    this(worker, ready, validSeconds, model, width, height, steps, List.of(), List.of(), false);
  }

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
    data.put("adapters", adapters.stream().map(WorkerStatus::toData).toList());
    data.put("controlnets", controlNets);
    data.put("pag", pag);
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
            number(data, "steps"),
            adapters(data),
            controlNets(data),
            Boolean.TRUE.equals(data.get("pag")));
    boolean valid =
        status.validSeconds > 0 && status.width > 0 && status.height > 0 && status.steps > 0;
    return event.type().equals(TYPE) && valid ? Optional.of(status) : Optional.empty();
  }

  private static Map<String, Object> toData(Adapter adapter) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", adapter.name());
    data.put("sha256", adapter.sha256());
    data.put("rank", adapter.rank());
    data.put("bytes", adapter.bytes());
    return data;
  }

  /** Without those that are none; an older worker sends no list. */
  private static List<Adapter> adapters(Map<String, Object> data) {
    List<?> items = data.get("adapters") instanceof List<?> list ? list : List.of();
    List<Adapter> adapters = new ArrayList<>();
    for (Object item : items) {
      if (item instanceof Map<?, ?> fields
          && fields.get("name") instanceof String name
          && fields.get("sha256") instanceof String sha256
          && fields.get("rank") instanceof Number rank
          && fields.get("bytes") instanceof Number bytes) {
        adapters.add(new Adapter(name, sha256, rank.intValue(), bytes.longValue()));
      }
    }
    return adapters;
  }

  /** Without those that are none; an older worker sends no list. */
  private static List<String> controlNets(Map<String, Object> data) {
    List<?> items = data.get("controlnets") instanceof List<?> list ? list : List.of();
    return items.stream().filter(String.class::isInstance).map(String.class::cast).toList();
  }

  private static int number(Map<String, Object> data, String name) {
    return data.get(name) instanceof Number number ? number.intValue() : 0;
  }
}
