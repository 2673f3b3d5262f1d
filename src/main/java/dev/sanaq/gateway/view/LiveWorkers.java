package dev.sanaq.gateway.view;

import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.kafka.event.WorkerStatus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The workers that take jobs now, from their status events: a worker counts until it reports that
 * it is not ready, or until its last report has expired. Any number of threads.
 */
@ApplicationScoped
public class LiveWorkers {
  private static final Logger LOG = Logger.getLogger(LiveWorkers.class);

  /** In a pool that is scaled to zero, the last worker's model is listed for so long. */
  private static final Duration LAST_MODEL_RETENTION = Duration.ofDays(7);

  private static final int MAX_LOGGED_MODELS = 100;

  private static final Comparator<AdapterEntry> ADAPTER_ORDER =
      Comparator.comparing(AdapterEntry::model)
          .thenComparing(entry -> entry.adapter().name())
          .thenComparing(entry -> entry.adapter().sha256());

  private final Clock clock;
  private final ModelPools pools;
  private final Instant startedAt;
  private final Map<String, Report> reports = new HashMap<>();

  /** The latest report of each pool, by its model. */
  private final Map<String, Report> last = new HashMap<>();

  private final Set<String> loggedModels = new HashSet<>();
  private boolean caughtUp;

  /**
   * A model and how many workers have it.
   *
   * @param controlNets the names of the ControlNets that any of them has
   * @param pag whether any of them supports perturbed-attention guidance
   * @param since when a worker with it reported first, of those that are counted; if none has
   *     reported, when this gateway started
   * @param workers that take jobs now
   */
  public record ModelEntry(
      ServedModel model, Set<String> controlNets, boolean pag, Instant since, int workers) {
    private static ModelEntry of(Report report, int workers) {
      return new ModelEntry(
          report.model(),
          new TreeSet<>(report.status().controlNets()),
          report.status().pag(),
          report.since(),
          workers);
    }

    private ModelEntry and(ModelEntry other) {
      Set<String> all = new TreeSet<>(controlNets);
      all.addAll(other.controlNets);
      return new ModelEntry(
          model,
          all,
          pag || other.pag,
          since.isBefore(other.since) ? since : other.since,
          workers + other.workers);
    }
  }

  /**
   * An adapter beside a model.
   *
   * @param model the model's name
   * @param workers that take jobs now and have this file
   */
  public record AdapterEntry(String model, WorkerStatus.Adapter adapter, int workers) {}

  /**
   * A worker's latest report: since when it has the model, and when it was last heard.
   *
   * @param pool the model of its pool
   */
  private record Report(
      String pool, WorkerStatus status, ServedModel model, Instant since, Instant at) {
    boolean holds(Instant now) {
      // Not before it was read: a clock that was set back must not prolong it.
      return !now.isBefore(at) && now.isBefore(at.plusSeconds(status.validSeconds()));
    }
  }

  public LiveWorkers(ModelPools pools, Clock clock) {
    this.clock = clock;
    this.pools = pools;
    this.startedAt = clock.instant();
  }

  /**
   * Applies a status event.
   *
   * @param sentAt the record's timestamp. It counts only while old events are read: later the time
   *     of reading does, so that the worker's clock may differ
   */
  public synchronized void onStatus(WorkerStatus status, Instant sentAt) {
    Instant now = clock.instant();
    Optional<ModelPool> pool = pools.find(status.model());
    if (pool.isEmpty()) {
      reports.remove(status.worker());
      logUnknownModel(status);
      return;
    }
    Instant at = caughtUp || sentAt.isAfter(now) ? now : sentAt;
    ServedModel model =
        new ServedModel(status.model(), status.width(), status.height(), status.steps());
    Report before = reports.get(status.worker());
    Instant since = before != null && before.model().equals(model) ? before.since() : at;
    Report report = new Report(pool.get().model(), status, model, since, at);
    Report latest = last.get(report.pool());
    if (latest == null || !at.isBefore(latest.at())) {
      last.put(report.pool(), report);
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

  /** How many workers of a pool take jobs. */
  public synchronized int count(ModelPool pool) {
    return live(pool).size();
  }

  /**
   * The models of the live workers by name; without live workers the model of the last one, as long
   * as a pool that is scaled to zero may be expected to serve it again. Models that have settings
   * are always listed.
   */
  public synchronized List<ModelEntry> models() {
    List<ModelEntry> entries = new ArrayList<>();
    for (ModelPool pool : pools.all()) {
      Map<String, ModelEntry> live = new TreeMap<>();
      for (Report report : live(pool)) {
        live.merge(report.model().name(), ModelEntry.of(report, 1), ModelEntry::and);
      }
      Report latest = remembered(pool);
      if (!live.isEmpty()) {
        entries.addAll(live.values());
      } else if (latest != null) {
        entries.add(ModelEntry.of(latest, 0));
      } else if (pool.isNamed()) {
        entries.add(new ModelEntry(assumedModel(pool), Set.of(), false, startedAt, 0));
      }
    }
    return entries;
  }

  /**
   * The adapters of {@link #models}, by model and name. Workers with different files of one name
   * give different entries.
   */
  public synchronized List<AdapterEntry> adapters() {
    Map<AdapterEntry, Integer> counts = new HashMap<>();
    for (ModelPool pool : pools.all()) {
      List<Report> live = live(pool);
      Report latest = remembered(pool);
      if (live.isEmpty() && latest != null) {
        entries(latest).forEach(entry -> counts.put(entry, 0));
      }
      live.forEach(
          report -> entries(report).forEach(entry -> counts.merge(entry, 1, Integer::sum)));
    }
    return counts.entrySet().stream()
        .map(e -> new AdapterEntry(e.getKey().model(), e.getKey().adapter(), e.getValue()))
        .sorted(ADAPTER_ORDER)
        .toList();
  }

  private static Stream<AdapterEntry> entries(Report report) {
    return report.status().adapters().stream()
        .map(adapter -> new AdapterEntry(report.model().name(), adapter, 0));
  }

  /** The model of a pool's latest report, or what is assumed before the first. */
  public synchronized ServedModel latestModel(ModelPool pool) {
    Report latest = last.get(pool.model());
    return latest == null ? assumedModel(pool) : latest.model();
  }

  /** Why no worker of a pool takes jobs, for a caller; only if {@link #count} is 0. */
  public synchronized String absenceReason(ModelPool pool) {
    Report latest = last.get(pool.model());
    String none =
        pool.isNamed()
            ? "No worker of the model %s is running".formatted(pool.model())
            : "No worker is running";
    return latest == null
        ? none
            + ", and none has reported since the oldest event: check that a worker is deployed and"
            + " uses the same topics"
        : "%s: the last one, with model %s, reported at %s"
            .formatted(none, latest.model().name(), latest.at());
  }

  private List<Report> live(ModelPool pool) {
    Instant now = clock.instant();
    return reports.values().stream()
        .filter(report -> report.pool().equals(pool.model()) && report.holds(now))
        .toList();
  }

  private @Nullable Report remembered(ModelPool pool) {
    Report latest = last.get(pool.model());
    return latest != null && clock.instant().isBefore(latest.at().plus(LAST_MODEL_RETENTION))
        ? latest
        : null;
  }

  private static ServedModel assumedModel(ModelPool pool) {
    ModelPool.Estimate estimate = pool.estimate();
    return new ServedModel(pool.model(), estimate.width(), estimate.height(), estimate.steps());
  }

  private void logUnknownModel(WorkerStatus status) {
    if (loggedModels.size() < MAX_LOGGED_MODELS && loggedModels.add(status.model())) {
      LOG.warnf(
          "worker %s has the model %s, which is not in sanaq.gateway.models (%s): it gets no jobs"
              + " from this gateway",
          status.worker(), status.model(), String.join(", ", pools.models()));
    }
  }
}
