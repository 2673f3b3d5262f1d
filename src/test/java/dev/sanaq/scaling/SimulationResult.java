package dev.sanaq.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The result of a simulation.
 *
 * @param waits seconds from a job's arrival to its start, sorted
 * @param times seconds from a job's arrival to its end, sorted
 * @param pods the number of pods, by second
 * @param lag requests that are queued or running, by second
 * @param podSeconds the seconds of all pods, including those that start
 * @param busySeconds the seconds of pods that run a batch
 * @param starts the number of pods that were started
 * @param terminatedWhileBusy the number of pods that were removed while they ran a batch
 * @param unfinished the jobs that had not ended in the end
 * @param jobs all jobs that arrived
 */
record SimulationResult(
    double[] waits,
    double[] times,
    int[] pods,
    long[] lag,
    double podSeconds,
    double busySeconds,
    int starts,
    int terminatedWhileBusy,
    long unfinished,
    int jobs) {
  double waitQuantile(double quantile) {
    return quantile(waits, quantile);
  }

  double timeQuantile(double quantile) {
    return quantile(times, quantile);
  }

  double utilization() {
    return podSeconds == 0 ? 0 : busySeconds / podSeconds;
  }

  int maxPods() {
    return Arrays.stream(pods).max().orElse(0);
  }

  double podHours() {
    return podSeconds / 3600;
  }

  private static double quantile(double[] sorted, double quantile) {
    return sorted.length == 0
        ? 0
        : sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)];
  }

  /** Collects the result second by second. */
  static final class Builder {
    private final List<Double> waits = new ArrayList<>();
    private final List<Double> times = new ArrayList<>();
    private final List<Integer> pods = new ArrayList<>();
    private final List<Long> lags = new ArrayList<>();
    private double podSeconds;
    private double busySeconds;
    private int starts;
    private int terminatedWhileBusy;

    void recordWait(double wait) {
      waits.add(wait);
    }

    void recordEnd(double time) {
      times.add(time);
    }

    void recordStart() {
      starts++;
    }

    void recordTermination(boolean busy) {
      terminatedWhileBusy += busy ? 1 : 0;
    }

    void recordSecond(int count, int busy, long lag) {
      pods.add(count);
      lags.add(lag);
      podSeconds += count;
      busySeconds += busy;
    }

    SimulationResult build(long unfinished, int jobs) {
      return new SimulationResult(
          waits.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
          times.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
          pods.stream().mapToInt(Integer::intValue).toArray(),
          lags.stream().mapToLong(Long::longValue).toArray(),
          podSeconds,
          busySeconds,
          starts,
          terminatedWhileBusy,
          unfinished,
          jobs);
    }
  }
}
