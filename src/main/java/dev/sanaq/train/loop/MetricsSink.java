package dev.sanaq.train.loop;

import java.util.Map;

/** Receives the metrics of a training run. */
public interface MetricsSink {
  /**
   * The run starts or resumes.
   *
   * @param step number of finished steps
   * @param steps total number of steps
   */
  void start(long step, long steps);

  /** A step has finished: {@code step} from 1, {@code loss} and the other metrics. */
  void write(Map<String, Object> metrics);

  /** Plots the losses so far. */
  void plot();
}
