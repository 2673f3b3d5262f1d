package dev.sanaq.train.loop;

import java.util.Map;

/** Where a run tells how it goes. */
public interface MetricsSink {
  /**
   * The run begins, or goes on.
   *
   * @param step after which
   * @param steps in all
   */
  void start(long step, long steps);

  /** A step was made: its {@code step}, counted from 1, {@code loss} and whatever was measured. */
  void write(Map<String, Object> figures);

  /** Draws the losses so far. */
  void plot();
}
