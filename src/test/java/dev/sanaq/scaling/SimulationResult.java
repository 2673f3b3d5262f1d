package dev.sanaq.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What came of a simulation.
 *
 * @param waits seconds from a job's arrival to its beginning, sorted
 * @param times seconds from a job's arrival to its end, sorted
 * @param pods how many there were, by second
 * @param lag requests not done, by second
 * @param podSeconds of all pods, starting ones included
 * @param busySeconds of those that drew
 * @param starts pods that were started
 * @param terminatedWhileBusy pods that had to go while they drew
 * @param unfinished jobs not done when it ended
 * @param jobs that came
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
  double waitQuantile(double part) {
    return quantile(waits, part);
  }

  double timeQuantile(double part) {
    return quantile(times, part);
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

  private static double quantile(double[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
  }

  /** Gathers it second by second. */
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

    SimulationResult build(long open, int jobs) {
      return new SimulationResult(
          waits.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
          times.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
          pods.stream().mapToInt(Integer::intValue).toArray(),
          lags.stream().mapToLong(Long::longValue).toArray(),
          podSeconds,
          busySeconds,
          starts,
          terminatedWhileBusy,
          open,
          jobs);
    }
  }
}
