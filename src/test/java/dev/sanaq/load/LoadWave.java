package dev.sanaq.load;

import dev.sanaq.testing.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A group of jobs: when each was due to be sent, and when and how it ended. Thread-safe. */
final class LoadWave {
  private final String name;
  private final List<Double> due;
  private final Map<String, JobEnd> ends = new ConcurrentHashMap<>();
  private final CountDownLatch remaining;
  private final long startNanos = System.nanoTime();

  private record JobEnd(double at, String outcome) {}

  /** Sends the job of an id. */
  interface Sender {
    void send(String id);
  }

  /**
   * @param name the prefix of the jobs' ids
   * @param due when each job is due, in seconds from now
   */
  LoadWave(String name, List<Double> due) {
    this.name = name;
    this.due = due;
    this.remaining = new CountDownLatch(due.size());
  }

  /** Sends each job when it is due, whatever happened to the previous ones. */
  void send(Sender sender) {
    for (int i = 0; i < due.size(); i++) {
      Pause.untilNanoTime(startNanos + (long) (due.get(i) * 1e9));
      sender.send(id(i));
    }
  }

  /** Records the first end of a job; the jobs of other waves are ignored. */
  void recordEnd(String id, String outcome) {
    if (id.startsWith(name + "-")
        && ends.putIfAbsent(id, new JobEnd((System.nanoTime() - startNanos) / 1e9, outcome))
            == null) {
      remaining.countDown();
    }
  }

  /** Waits until all jobs have ended; returns false after the timeout. */
  boolean await(Duration timeout) throws InterruptedException {
    return remaining.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  int jobs() {
    return due.size();
  }

  /** Returns how many jobs have an outcome. */
  long count(String outcome) {
    return ends.values().stream().filter(end -> end.outcome().equals(outcome)).count();
  }

  /** Returns the jobs per second from the first due time to the last end. */
  double jobsPerSecond() {
    double last = ends.values().stream().mapToDouble(JobEnd::at).max().orElse(1);
    return ends.size() / last;
  }

  /** Returns a quantile (0 to 1) of the seconds from a job's due time to its end. */
  double latencyQuantile(double quantile) {
    double[] latencies = new double[ends.size()];
    int n = 0;
    for (int i = 0; i < due.size(); i++) {
      JobEnd end = ends.get(id(i));
      if (end != null) {
        latencies[n++] = end.at() - due.get(i);
      }
    }
    java.util.Arrays.sort(latencies);
    return n == 0 ? Double.NaN : latencies[Math.max(0, (int) Math.ceil(quantile * n) - 1)];
  }

  /** Returns the cumulative number of due jobs as points {seconds, jobs}. */
  List<double[]> dueCounts() {
    return cumulative(due.stream().sorted().toList());
  }

  /** Returns the cumulative number of ended jobs as points {seconds, jobs}. */
  List<double[]> endedCounts() {
    return cumulative(ends.values().stream().map(JobEnd::at).sorted().toList());
  }

  private String id(int job) {
    return name + "-" + job;
  }

  private static List<double[]> cumulative(List<Double> times) {
    List<double[]> points = new ArrayList<>(List.of(new double[] {0, 0}));
    for (int i = 0; i < times.size(); i++) {
      points.add(new double[] {times.get(i), i + 1});
    }
    return points;
  }
}
