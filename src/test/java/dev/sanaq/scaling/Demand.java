package dev.sanaq.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * The arrivals of jobs.
 *
 * @param name the name in the tables
 * @param jobs the jobs in the order of their arrival
 * @param seconds the duration
 */
record Demand(String name, List<Job> jobs, int seconds) {
  /**
   * A job.
   *
   * @param at arrival in seconds
   * @param work seconds of one worker
   * @param batchKey jobs with the same key may share a batch
   */
  record Job(double at, double work, int batchKey) {}

  /** Pixels of a side, share of the jobs, and GPU seconds, which are assumed and not measured. */
  private static final double[][] MIX = {
    {512, 0.35, 1}, {1024, 0.50, 3}, {2048, 0.12, 14}, {4096, 0.03, 70}
  };

  /** Returns the mean seconds of a job. */
  static double meanWork() {
    double mean = 0;
    for (double[] kind : MIX) {
      mean += kind[1] * kind[2];
    }
    return mean;
  }

  /** Returns random arrivals with a rate, in jobs per second, that depends on the time. */
  static Demand of(String name, int seconds, long seed, IntToDoubleFunction rate) {
    Random random = new Random(seed);
    List<Job> jobs = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      // Poisson arrivals within the second, from exponential gaps.
      double at = second;
      double perSecond = rate.applyAsDouble(second);
      while (perSecond > 0) {
        at += -Math.log(1 - random.nextDouble()) / perSecond;
        if (at >= second + 1) {
          break;
        }
        jobs.add(job(at, random));
      }
    }
    return new Demand(name, jobs, seconds);
  }

  /**
   * Returns the same demand, except that all jobs of an interval have the largest size and are
   * fewer, so that the work stays the same.
   */
  Demand onlyLarge(int from, int to) {
    double[] largest = MIX[MIX.length - 1];
    double share = meanWork() / largest[2];
    Random random = new Random(5);
    List<Job> changed = new ArrayList<>();
    for (Job job : jobs) {
      if (job.at() < from || job.at() >= to) {
        changed.add(job);
      } else if (random.nextDouble() < share) {
        changed.add(new Job(job.at(), largest[2], MIX.length - 1));
      }
    }
    return new Demand(name, changed, seconds);
  }

  /** Returns equal jobs at given times, for the comparison with a real run. */
  static Demand equal(String name, List<Double> times, double work, int seconds) {
    return new Demand(name, times.stream().map(at -> new Job(at, work, 0)).toList(), seconds);
  }

  private static Job job(double at, Random random) {
    double sample = random.nextDouble();
    for (int kind = 0; kind < MIX.length; kind++) {
      sample -= MIX[kind][1];
      if (sample < 0 || kind == MIX.length - 1) {
        return new Job(at, MIX[kind][2], kind);
      }
    }
    throw new AssertionError("the shares of MIX are empty");
  }
}
