package dev.sanaq.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Jobs of one load: when each was due to be sent, and when and how it ended. Any thread. */
final class LoadWave {
  private final String name;
  private final List<Double> due;
  private final Map<String, JobEnd> ends = new ConcurrentHashMap<>();
  private final CountDownLatch remaining;
  private final long startNanos = System.nanoTime();

  private record JobEnd(double at, String result) {}

  /** Sends the job of an id. */
  interface Sender {
    void send(String id);
  }

  /**
   * @param name begins the jobs' ids
   * @param due when each is to be sent, in seconds
   */
  LoadWave(String name, List<Double> due) {
    this.name = name;
    this.due = due;
    this.remaining = new CountDownLatch(due.size());
  }

  /** Sends each when it is due, whatever has come of those before. */
  void send(Sender sender) {
    for (int i = 0; i < due.size(); i++) {
      long left;
      while ((left = startNanos + (long) (due.get(i) * 1e9) - System.nanoTime()) > 0) {
        LockSupport.parkNanos(left);
      }
      sender.send(id(i));
    }
  }

  /** A job has ended; only the first end counts, and others' jobs do not. */
  void recordEnd(String id, String how) {
    if (id.startsWith(name + "-")
        && ends.putIfAbsent(id, new JobEnd((System.nanoTime() - startNanos) / 1e9, how)) == null) {
      remaining.countDown();
    }
  }

  boolean await(Duration patience) throws InterruptedException {
    return remaining.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  int jobs() {
    return due.size();
  }

  /** How many ended so. */
  long count(String how) {
    return ends.values().stream().filter(end -> end.result().equals(how)).count();
  }

  /** Jobs a second from the first one's due time to the last end. */
  double jobsPerSecond() {
    double last = ends.values().stream().mapToDouble(JobEnd::at).max().orElse(1);
    return ends.size() / last;
  }

  /** Seconds from when a job was due to its end that so large a part took. */
  double timeQuantile(double part) {
    double[] taken = new double[ends.size()];
    int n = 0;
    for (int i = 0; i < due.size(); i++) {
      JobEnd end = ends.get(id(i));
      if (end != null) {
        taken[n++] = end.at() - due.get(i);
      }
    }
    java.util.Arrays.sort(taken);
    return n == 0 ? Double.NaN : taken[Math.max(0, (int) Math.ceil(part * n) - 1)];
  }

  /** How many were due by then, {seconds, jobs}. */
  List<double[]> dueCounts() {
    return cumulative(due.stream().sorted().toList());
  }

  /** How many had ended by then. */
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
