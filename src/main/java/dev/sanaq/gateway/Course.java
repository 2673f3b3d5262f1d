package dev.sanaq.gateway;

import java.util.Map;

/**
 * How far a running job has come.
 *
 * @param step denoising steps done
 * @param steps of so many
 * @param worker who draws it; empty where its beginning was not read
 */
record Course(int step, int steps, String worker) {
  private static final int MOST = 1_000_000;

  static Course of(ViewedJob job) {
    Map<String, Object> started = job.started() == null ? Map.of() : job.started().data();
    Map<String, Object> progress = job.progress() == null ? Map.of() : job.progress().data();
    int planned = Maps.number(Maps.object(started, "request"), "steps", 0, MOST);
    return new Course(
        Maps.number(progress, "step", 0, MOST),
        Maps.number(progress, "steps", planned, MOST),
        Maps.text(started, "worker"));
  }

  /** 0 to 1. */
  double fraction() {
    return steps == 0 ? 0 : Math.min(1, (double) step / steps);
  }
}
