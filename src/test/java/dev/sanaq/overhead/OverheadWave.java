package dev.sanaq.overhead;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** Jobs that are sent together, when each was due to be sent, and when each ended. */
final class OverheadWave {
  private final String name;
  private final long[] due;
  private final AtomicLongArray completedAt;
  private final CountDownLatch remaining;

  /**
   * @param name begins the jobs' ids
   * @param jobs how many
   */
  OverheadWave(String name, int jobs) {
    this.name = name;
    this.due = new long[jobs];
    this.completedAt = new AtomicLongArray(jobs);
    this.remaining = new CountDownLatch(jobs);
  }

  int jobs() {
    return due.length;
  }

  String id(int job) {
    return name + "-" + job;
  }

  /** A job is to be sent at that time, {@link System#nanoTime}, whether or not it then is. */
  void due(int job, long time) {
    due[job] = time;
  }

  /** A job's terminal event is there; the first counts, and another wave's does not. */
  void completedAt(String id, long time) {
    if (id.startsWith(name + "-")
        && completedAt.compareAndSet(Integer.parseInt(id.substring(name.length() + 1)), 0, time)) {
      remaining.countDown();
    }
  }

  /** Waits until all have ended, at most for that long. */
  boolean await(Duration patience) throws InterruptedException {
    return remaining.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How many have not ended. */
  long remaining() {
    return remaining.getCount();
  }

  /** Jobs a second from the first end to the last. */
  double jobsPerSecond() {
    long[] times = sortedEndTimes();
    return (jobs() - 1) * 1e9 / (times[times.length - 1] - times[0]);
  }

  /** Milliseconds from when a job was due to its end that so large a part of the jobs took. */
  double latencyQuantile(double part) {
    long[] taken = new long[jobs()];
    Arrays.setAll(taken, job -> completedAt.get(job) - due[job]);
    Arrays.sort(taken);
    int place = (int) Math.ceil(part * taken.length) - 1;
    return taken[Math.max(0, place)] / 1e6;
  }

  private long[] sortedEndTimes() {
    long[] times = new long[jobs()];
    Arrays.setAll(times, completedAt::get);
    Arrays.sort(times);
    return times;
  }
}
