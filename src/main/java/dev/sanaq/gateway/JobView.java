package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The jobs, as the topics of requests and of events tell of them, in whatever order the two are
 * read. Jobs that workers are done with are kept up to a number; the oldest leave first. Any number
 * of threads; watchers are called by the one that brings the news.
 */
final class JobView {
  private final int kept;
  private final GatewayConfig.Model model;
  private final Map<String, ViewedJob> jobs = new HashMap<>();
  private final NavigableSet<ViewedJob> open = new TreeSet<>(ViewedJob.BY_AGE);
  private final NavigableSet<ViewedJob> done = new TreeSet<>(ViewedJob.BY_AGE);
  private final Map<String, Instant> models = new TreeMap<>();
  private final Map<String, List<Consumer<ViewedJob>>> watchers = new HashMap<>();

  /**
   * @param kept how many jobs that workers are done with are kept
   * @param model what requests leave out
   */
  JobView(int kept, GatewayConfig.Model model) {
    this.kept = kept;
    this.model = model;
  }

  /** A request was read. */
  synchronized void asked(String id, ViewedJob.Asked request, Map<String, Object> fields) {
    Work work = Work.of(fields, model);
    change(
        jobs.getOrDefault(id, ViewedJob.unknown(id, request.at())),
        job -> job.asked(request, work));
  }

  /** An event was read. */
  synchronized void told(CloudEvent event) {
    Told news = Told.of(event);
    ViewedJob job =
        jobs.getOrDefault(event.subject(), ViewedJob.unknown(event.subject(), news.time()));
    if (!Maps.text(event.data(), "model").isEmpty()) {
      models.putIfAbsent(Maps.text(event.data(), "model"), news.time());
    }
    if (event.type().equals(Events.STARTED)) {
      // As it is run: the worker knows the defaults.
      Work work = Work.of(Maps.object(event.data(), "request"), model);
      change(job, known -> known.told(news).working(work));
    } else {
      change(job, known -> known.told(news));
    }
  }

  /** The models that jobs were drawn with, and since when. */
  synchronized Map<String, Instant> models() {
    return new TreeMap<>(models);
  }

  /** Forgets jobs that workers were done with before the gateway began and that have no end. */
  synchronized void forgetSettled() {
    for (ViewedJob job : List.copyOf(done)) {
      if (!job.ended()) {
        forget(job);
      }
    }
  }

  /** The job, if it is among those kept. */
  synchronized Optional<ViewedJob> find(String id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The jobs that workers have still to do with, oldest first. */
  synchronized List<ViewedJob> open() {
    return List.copyOf(open);
  }

  /**
   * Jobs of a kind, newest first.
   *
   * @param from only older ones than this
   */
  synchronized List<ViewedJob> list(Predicate<ViewedJob> kind, ViewedJob from, int most) {
    List<ViewedJob> found = new ArrayList<>();
    found.addAll(newest(open.headSet(from, false), kind, most));
    found.addAll(newest(done.headSet(from, false), kind, most));
    return found.stream().sorted(ViewedJob.BY_AGE.reversed()).limit(most).toList();
  }

  /**
   * Watches a job: the watcher is called with what is known now, if anything, and after every
   * change, and must not block.
   *
   * @return ends the watch
   */
  synchronized Runnable watch(String id, Consumer<ViewedJob> watcher) {
    watchers.computeIfAbsent(id, any -> new ArrayList<>()).add(watcher);
    find(id).ifPresent(watcher);
    return () -> unwatch(id, watcher);
  }

  private synchronized void unwatch(String id, Consumer<ViewedJob> watcher) {
    List<Consumer<ViewedJob>> those = watchers.getOrDefault(id, new ArrayList<>());
    those.remove(watcher);
    if (those.isEmpty()) {
      watchers.remove(id);
    }
  }

  private void change(ViewedJob before, UnaryOperator<ViewedJob> change) {
    ViewedJob after = change.apply(before);
    forget(before);
    jobs.put(after.id(), after);
    (after.open() ? open : done).add(after);
    if (done.size() > kept) {
      forget(done.first());
    }
    List.copyOf(watchers.getOrDefault(after.id(), List.of())).forEach(each -> each.accept(after));
  }

  private void forget(ViewedJob job) {
    jobs.remove(job.id());
    open.remove(job);
    done.remove(job);
  }

  private static List<ViewedJob> newest(
      NavigableSet<ViewedJob> jobs, Predicate<ViewedJob> kind, int most) {
    return jobs.descendingSet().stream().filter(kind).limit(most).toList();
  }
}
