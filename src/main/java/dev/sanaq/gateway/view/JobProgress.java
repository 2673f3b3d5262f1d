package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import java.util.Map;

/**
 * How far a running job has come.
 *
 * @param step denoising steps done
 * @param steps of so many
 * @param worker who draws it; empty where its beginning was not read
 */
public record JobProgress(int step, int steps, String worker) {
  private static final int MAX_STEPS = 1_000_000;

  public static JobProgress of(JobSnapshot job) {
    Map<String, Object> started = job.started() == null ? Map.of() : job.started().data();
    Map<String, Object> progress = job.progress() == null ? Map.of() : job.progress().data();
    int planned = JsonMaps.clampedInt(JsonMaps.object(started, "request"), "steps", 0, MAX_STEPS);
    return new JobProgress(
        JsonMaps.clampedInt(progress, "step", 0, MAX_STEPS),
        JsonMaps.clampedInt(progress, "steps", planned, MAX_STEPS),
        JsonMaps.string(started, "worker"));
  }

  /** 0 to 1. */
  public double fraction() {
    return steps == 0 ? 0 : Math.min(1, (double) step / steps);
  }
}
