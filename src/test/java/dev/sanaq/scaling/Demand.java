package dev.sanaq.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * Jobs as they come.
 *
 * @param name for tables
 * @param jobs in the order of their arrival
 * @param seconds how long to look
 */
record Demand(String name, List<Job> jobs, int seconds) {
  /** A job: when it comes, how long a worker draws it, and what may share a batch with it. */
  record Job(double at, double work, int shape) {}

  /** Pixels of a side, share of the jobs, seconds of one GPU: the last as assumed, not measured. */
  private static final double[][] MIX = {
    {512, 0.35, 1}, {1024, 0.50, 3}, {2048, 0.12, 14}, {4096, 0.03, 70}
  };

  /** Seconds of a job on average. */
  static double meanWork() {
    double mean = 0;
    for (double[] kind : MIX) {
      mean += kind[1] * kind[2];
    }
    return mean;
  }

  /** Arrivals at random, so many a second as the function says. */
  static Demand of(String name, int seconds, long seed, IntToDoubleFunction rate) {
    Random random = new Random(seed);
    List<Job> jobs = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      // Poisson's arrivals within the second, by exponential gaps.
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
   * The same jobs, but those of a time are only of the largest kind, and as much fewer as they are
   * more.
   */
  Demand onlyLarge(int from, int to) {
    double[] largest = MIX[MIX.length - 1];
    double kept = meanWork() / largest[2];
    Random random = new Random(5);
    List<Job> others = new ArrayList<>();
    for (Job job : jobs) {
      if (job.at() < from || job.at() >= to) {
        others.add(job);
      } else if (random.nextDouble() < kept) {
        others.add(new Job(job.at(), largest[2], MIX.length - 1));
      }
    }
    return new Demand(name, others, seconds);
  }

  /** Equal jobs at those times, for the comparison with a real run. */
  static Demand equal(String name, List<Double> times, double work, int seconds) {
    return new Demand(name, times.stream().map(at -> new Job(at, work, 0)).toList(), seconds);
  }

  private static Job job(double at, Random random) {
    double draw = random.nextDouble();
    for (int kind = 0; kind < MIX.length; kind++) {
      draw -= MIX[kind][1];
      if (draw < 0 || kind == MIX.length - 1) {
        return new Job(at, MIX[kind][2], kind);
      }
    }
    throw new AssertionError("no kind");
  }
}
