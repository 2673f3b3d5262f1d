package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import java.util.Map;

/**
 * The progress of a running job.
 *
 * @param step denoising steps done
 * @param steps the number of steps; 0 if unknown
 * @param worker the worker's id; empty if the started event was not read
 */
public record JobProgress(int step, int steps, String worker) {
  private static final int MAX_STEPS = 1_000_000;

  /** The progress from the job's latest events. */
  public static JobProgress of(JobSnapshot job) {
    Map<String, Object> started = job.started() == null ? Map.of() : job.started().data();
    Map<String, Object> progress = job.progress() == null ? Map.of() : job.progress().data();
    int planned = JsonMaps.clampedInt(JsonMaps.object(started, "request"), "steps", 0, MAX_STEPS);
    return new JobProgress(
        JsonMaps.clampedInt(progress, "step", 0, MAX_STEPS),
        JsonMaps.clampedInt(progress, "steps", planned, MAX_STEPS),
        JsonMaps.string(started, "worker"));
  }

  /** The completed part of the steps, 0 to 1. */
  public double fraction() {
    return steps == 0 ? 0 : Math.min(1, (double) step / steps);
  }
}
