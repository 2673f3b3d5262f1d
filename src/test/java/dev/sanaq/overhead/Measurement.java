package dev.sanaq.overhead;

import dev.sanaq.overhead.process.CpuTimes;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one worker did in one run.
 *
 * @param worker its name
 * @param jobsPerSecond with the queue full
 * @param cpu what each process used meanwhile, milliseconds a job
 * @param rate jobs a second sent while the times were taken
 * @param p50 milliseconds from due to ended, for half of the jobs
 * @param p99 the same for 99 of 100
 * @param p999 the same for 999 of 1000
 */
record Measurement(
    String worker,
    double jobsPerSecond,
    Cpu cpu,
    double rate,
    double p50,
    double p99,
    double p999) {

  /** Processor time, milliseconds a job. */
  record Cpu(double worker, double broker, double storage, double load) {
    /** All of them. */
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

  /** The middle one of the runs, each number for itself. */
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

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> what) {
    double[] sorted = runs.stream().mapToDouble(what).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
