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
final class Wave {
  private final String name;
  private final List<Double> due;
  private final Map<String, End> ends = new ConcurrentHashMap<>();
  private final CountDownLatch open;
  private final long began = System.nanoTime();

  private record End(double at, String how) {}

  /** Sends the job of an id. */
  interface Sender {
    void send(String id);
  }

  /**
   * @param name begins the jobs' ids
   * @param due when each is to be sent, in seconds
   */
  Wave(String name, List<Double> due) {
    this.name = name;
    this.due = due;
    this.open = new CountDownLatch(due.size());
  }

  /** Sends each when it is due, whatever has come of those before. */
  void send(Sender sender) {
    for (int i = 0; i < due.size(); i++) {
      long left;
      while ((left = began + (long) (due.get(i) * 1e9) - System.nanoTime()) > 0) {
        LockSupport.parkNanos(left);
      }
      sender.send(id(i));
    }
  }

  /** A job has ended; only the first end counts, and others' jobs do not. */
  void ended(String id, String how) {
    if (id.startsWith(name + "-")
        && ends.putIfAbsent(id, new End((System.nanoTime() - began) / 1e9, how)) == null) {
      open.countDown();
    }
  }

  boolean await(Duration patience) throws InterruptedException {
    return open.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  int jobs() {
    return due.size();
  }

  /** How many ended so. */
  long count(String how) {
    return ends.values().stream().filter(end -> end.how().equals(how)).count();
  }

  /** Jobs a second from the first one's due time to the last end. */
  double jobsPerSecond() {
    double last = ends.values().stream().mapToDouble(End::at).max().orElse(1);
    return ends.size() / last;
  }

  /** Seconds from when a job was due to its end that so large a part took. */
  double time(double part) {
    double[] taken = new double[ends.size()];
    int n = 0;
    for (int i = 0; i < due.size(); i++) {
      End end = ends.get(id(i));
      if (end != null) {
        taken[n++] = end.at() - due.get(i);
      }
    }
    java.util.Arrays.sort(taken);
    return n == 0 ? Double.NaN : taken[Math.max(0, (int) Math.ceil(part * n) - 1)];
  }

  /** How many were due by then, {seconds, jobs}. */
  List<double[]> sent() {
    return counted(due.stream().sorted().toList());
  }

  /** How many had ended by then. */
  List<double[]> done() {
    return counted(ends.values().stream().map(End::at).sorted().toList());
  }

  private String id(int job) {
    return name + "-" + job;
  }

  private static List<double[]> counted(List<Double> times) {
    List<double[]> points = new ArrayList<>(List.of(new double[] {0, 0}));
    for (int i = 0; i < times.size(); i++) {
      points.add(new double[] {times.get(i), i + 1});
    }
    return points;
  }
}
