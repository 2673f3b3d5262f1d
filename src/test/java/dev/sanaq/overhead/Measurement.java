package dev.sanaq.overhead;

import dev.sanaq.overhead.process.CpuTimes;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The measurement of one worker in one run.
 *
 * @param worker the worker's name
 * @param jobsPerSecond throughput with a full queue
 * @param cpu CPU time of each process with a full queue, in milliseconds per job
 * @param rate jobs per second while latencies were measured
 * @param p50 median latency in milliseconds, from the due time to the event
 * @param p99 99th percentile of the latency
 * @param p999 99.9th percentile of the latency
 */
record Measurement(
    String worker,
    double jobsPerSecond,
    Cpu cpu,
    double rate,
    double p50,
    double p99,
    double p999) {

  /** CPU time in milliseconds per job. */
  record Cpu(double worker, double broker, double storage, double load) {
    /** Returns the sum of all processes. */
    double total() {
      return worker + broker + storage + load;
    }

    static Cpu of(CpuTimes used, int jobs) {
      return new Cpu(
          used.worker().toMillis() / (double) jobs,
          used.broker().toMillis() / (double) jobs,
          used.storage().toMillis() / (double) jobs,
          used.load().toMillis() / (double) jobs);
    }
  }

  /** Returns the median of some runs, separately for each number. */
  static Measurement median(List<Measurement> runs) {
    return new Measurement(
        runs.get(0).worker(),
        median(runs, Measurement::jobsPerSecond),
        new Cpu(
            median(runs, run -> run.cpu().worker()),
            median(runs, run -> run.cpu().broker()),
            median(runs, run -> run.cpu().storage()),
            median(runs, run -> run.cpu().load())),
        median(runs, Measurement::rate),
        median(runs, Measurement::p50),
        median(runs, Measurement::p99),
        median(runs, Measurement::p999));
  }

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> value) {
    double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
