package dev.sanaq.overhead;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** A group of jobs: when each was due to be sent, and when each completed. Thread-safe. */
final class OverheadWave {
  private final String name;
  private final long[] due;
  private final AtomicLongArray completedAt;
  private final CountDownLatch remaining;

  /**
   * @param name the prefix of the jobs' ids
   * @param jobs the number of jobs
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

  /** Records when a job is due to be sent, as {@link System#nanoTime}. */
  void due(int job, long time) {
    due[job] = time;
  }

  /** Records a job's first terminal event; the jobs of other waves are ignored. */
  void completedAt(String id, long time) {
    if (id.startsWith(name + "-")
        && completedAt.compareAndSet(Integer.parseInt(id.substring(name.length() + 1)), 0, time)) {
      remaining.countDown();
    }
  }

  /** Waits until all jobs have completed; returns false after the timeout. */
  boolean await(Duration timeout) throws InterruptedException {
    return remaining.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Returns how many jobs have not completed. */
  long remaining() {
    return remaining.getCount();
  }

  /** Returns the jobs per second between the first and the last completion. */
  double jobsPerSecond() {
    long[] times = sortedEndTimes();
    return (jobs() - 1) * 1e9 / (times[times.length - 1] - times[0]);
  }

  /** Returns a quantile (0 to 1) of the milliseconds from a job's due time to its completion. */
  double latencyQuantile(double quantile) {
    long[] latencies = new long[jobs()];
    Arrays.setAll(latencies, job -> completedAt.get(job) - due[job]);
    Arrays.sort(latencies);
    int index = (int) Math.ceil(quantile * latencies.length) - 1;
    return latencies[Math.max(0, index)] / 1e6;
  }

  private long[] sortedEndTimes() {
    long[] times = new long[jobs()];
    Arrays.setAll(times, completedAt::get);
    Arrays.sort(times);
    return times;
  }
}
