package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How much work waits, in seconds of one worker, and how long a job has to wait. It is reckoned
 * anew at most every half second. Any number of threads.
 */
public final class Backlog {
  private static final Duration FRESH = Duration.ofMillis(500);

  private final JobView view;
  private final GatewayConfig.Model model;
  private final Rates rates;
  private final Clock clock;
  private Instant reckonedAt = Instant.MIN;
  private Reckoning reckoning = new Reckoning(new State(0, 0, 0, 1), Map.of());

  /**
   * All the work.
   *
   * @param seconds what is left to do, in seconds of one worker
   * @param queued jobs not begun
   * @param running jobs being drawn
   * @param workers that draw, at least 1
   */
  public record State(double seconds, int queued, int running, int workers) {
    /** Until a job sent now would begin. */
    long secondsToWait() {
      return (long) Math.ceil(seconds / workers);
    }
  }

  /**
   * A queued job's outlook.
   *
   * @param place 1 for the next
   * @param seconds until it begins
   */
  record Outlook(int place, long seconds) {}

  private record Reckoning(State state, Map<String, Outlook> outlooks) {}

  Backlog(JobView view, GatewayConfig.Model model, Clock clock) {
    this.view = view;
    this.model = model;
    this.rates = new Rates(model.secondsPerMegapixelStep());
    this.clock = clock;
  }

  /** Learns from a completed job how long the device is busy with its pictures. */
  synchronized void learn(CloudEvent event) {
    if (event.type().equals(Events.COMPLETED)) {
      Object seconds = event.data().get("deviceSeconds");
      rates.observe(
          Work.of(Maps.object(event.data(), "request"), model),
          seconds instanceof Number number ? number.doubleValue() : 0);
    }
  }

  /** All the work as of now. */
  public State state() {
    return reckoned().state();
  }

  /** The outlook of a queued job; one that is too new for it comes last. */
  Outlook outlook(String id) {
    Reckoning now = reckoned();
    State all = now.state();
    return now.outlooks().getOrDefault(id, new Outlook(all.queued() + 1, all.secondsToWait()));
  }

  private synchronized Reckoning reckoned() {
    Instant now = clock.instant();
    if (!now.isBefore(reckonedAt) && now.isBefore(reckonedAt.plus(FRESH))) {
      return reckoning;
    }
    reckonedAt = now;
    reckoning = reckon();
    return reckoning;
  }

  private Reckoning reckon() {
    double seconds = 0;
    int running = 0;
    Set<String> workers = new HashSet<>();
    for (ViewedJob job : view.open()) {
      if (job.state() == JobState.RUNNING) {
        running++;
        seconds += rates.seconds(work(job)) * (1 - Course.of(job).fraction());
        workers.add(Course.of(job).worker());
      }
    }
    int hands = Math.max(1, workers.size());
    Map<String, Outlook> outlooks = new HashMap<>();
    for (ViewedJob job : view.open()) {
      if (job.state() == JobState.QUEUED) {
        outlooks.put(job.id(), new Outlook(outlooks.size() + 1, (long) Math.ceil(seconds / hands)));
        seconds += rates.seconds(work(job));
      }
    }
    return new Reckoning(new State(seconds, outlooks.size(), running, hands), outlooks);
  }

  private Work work(ViewedJob job) {
    return job.work() == null ? Work.of(Map.of(), model) : job.work();
  }
}
