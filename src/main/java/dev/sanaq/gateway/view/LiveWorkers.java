package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.event.WorkerStatus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers that take jobs now, from their status events: a worker counts until it reports that
 * it is not ready, or until its last report has expired. Any number of threads.
 */
@ApplicationScoped
public class LiveWorkers {
  /** In a pool that is scaled to zero, the last worker's model is listed for so long. */
  private static final Duration LAST_MODEL_RETENTION = Duration.ofDays(7);

  private static final Comparator<AdapterEntry> ADAPTER_ORDER =
      Comparator.comparing(AdapterEntry::model)
          .thenComparing(entry -> entry.adapter().name())
          .thenComparing(entry -> entry.adapter().sha256());

  private final Clock clock;
  private final ServedModel assumedModel;
  private final Map<String, Report> reports = new HashMap<>();
  private @Nullable Report last;
  private boolean caughtUp;

  /**
   * A model and how many workers have it.
   *
   * @param since when a worker with it reported first, of those that are counted
   * @param workers that take jobs now
   */
  public record ModelEntry(ServedModel model, Instant since, int workers) {}

  /**
   * An adapter beside a model.
   *
   * @param model the model's name
   * @param workers that take jobs now and have this file
   */
  public record AdapterEntry(String model, WorkerStatus.Adapter adapter, int workers) {}

  /** A worker's latest report: since when it has the model, and when it was last heard. */
  private record Report(
      ServedModel model,
      List<WorkerStatus.Adapter> adapters,
      Instant since,
      Instant at,
      Duration validity) {
    boolean holds(Instant now) {
      // Not before it was read: a clock that was set back must not prolong it.
      return !now.isBefore(at) && now.isBefore(at.plus(validity));
    }
  }

  public LiveWorkers(GatewayConfig config, Clock clock) {
    this.clock = clock;
    GatewayConfig.EstimateConfig estimate = config.estimate();
    this.assumedModel = new ServedModel("", estimate.width(), estimate.height(), estimate.steps());
  }

  /**
   * Applies a status event.
   *
   * @param sentAt the record's timestamp. It counts only while old events are read: later the time
   *     of reading does, so that the worker's clock may differ
   */
  public synchronized void onStatus(WorkerStatus status, Instant sentAt) {
    Instant now = clock.instant();
    Instant at = caughtUp || sentAt.isAfter(now) ? now : sentAt;
    ServedModel model =
        new ServedModel(status.model(), status.width(), status.height(), status.steps());
    Report before = reports.get(status.worker());
    Instant since = before != null && before.model().equals(model) ? before.since() : at;
    Report report =
        new Report(model, status.adapters(), since, at, Duration.ofSeconds(status.validSeconds()));
    if (last == null || !at.isBefore(last.at())) {
      last = report;
    }
    reports.values().removeIf(known -> !known.holds(now));
    if (status.ready()) {
      reports.put(status.worker(), report);
    } else {
      reports.remove(status.worker());
    }
  }

  /** The events are read to their end for the first time. */
  public synchronized void onCaughtUp() {
    caughtUp = true;
  }

  /** How many workers take jobs. */
  public synchronized int count() {
    Instant now = clock.instant();
    return (int) reports.values().stream().filter(report -> report.holds(now)).count();
  }

  /**
   * The models of the live workers by name; without live workers the model of the last one, as long
   * as a pool that is scaled to zero may be expected to serve it again.
   */
  public synchronized List<ModelEntry> models() {
    Instant now = clock.instant();
    Map<String, ModelEntry> models = new TreeMap<>();
    for (Report report : reports.values()) {
      if (report.holds(now)) {
        models.merge(
            report.model().name(),
            new ModelEntry(report.model(), report.since(), 1),
            LiveWorkers::together);
      }
    }
    Report latest = last;
    return models.isEmpty()
            && latest != null
            && now.isBefore(latest.at().plus(LAST_MODEL_RETENTION))
        ? List.of(new ModelEntry(latest.model(), latest.since(), 0))
        : List.copyOf(models.values());
  }

  /**
   * The adapters of {@link #models}, by model and name. Workers with different files of one name
   * give different entries.
   */
  public synchronized List<AdapterEntry> adapters() {
    Instant now = clock.instant();
    List<Report> live = reports.values().stream().filter(report -> report.holds(now)).toList();
    Report latest = last;
    boolean remembered = latest != null && now.isBefore(latest.at().plus(LAST_MODEL_RETENTION));
    Map<AdapterEntry, Integer> counts = new HashMap<>();
    if (live.isEmpty() && latest != null && remembered) {
      entries(latest).forEach(entry -> counts.put(entry, 0));
    }
    live.forEach(report -> entries(report).forEach(entry -> counts.merge(entry, 1, Integer::sum)));
    return counts.entrySet().stream()
        .map(e -> new AdapterEntry(e.getKey().model(), e.getKey().adapter(), e.getValue()))
        .sorted(ADAPTER_ORDER)
        .toList();
  }

  private static Stream<AdapterEntry> entries(Report report) {
    return report.adapters().stream()
        .map(adapter -> new AdapterEntry(report.model().name(), adapter, 0));
  }

  /** The model of the latest report, or what is assumed before the first. */
  public synchronized ServedModel latestModel() {
    return last == null ? assumedModel : last.model();
  }

  /** Why no worker takes jobs, for a caller; only if {@link #count} is 0. */
  public synchronized String absenceReason() {
    return last == null
        ? "No worker is running, and none has reported since the oldest event: check that a worker"
            + " is deployed and uses the same topics"
        : "No worker is running: the last one, with model %s, reported at %s"
            .formatted(last.model().name(), last.at());
  }

  private static ModelEntry together(ModelEntry one, ModelEntry other) {
    return new ModelEntry(
        one.model(),
        one.since().isBefore(other.since()) ? one.since() : other.since(),
        one.workers() + other.workers());
  }
}
