package dev.sanaq.sana.solver;

import java.util.List;

/**
 * A preset of {@link StepCache} for one solver and number of steps, as {@code step_cache.json} of a
 * checkpoint has it. {@code benchmark --tune-cache} finds it.
 *
 * @param preset its name
 * @param solver the solver
 * @param steps of the whole schedule
 * @param cachedSteps the extrapolated steps, from 0, ascending
 * @param order of the extrapolation
 * @param distance the mean distance to the images without the cache, in levels of 255
 */
public record StepCacheSchedule(
    String preset,
    SolverKind solver,
    int steps,
    List<Integer> cachedSteps,
    int order,
    double distance) {
  public StepCacheSchedule {
    cachedSteps = List.copyOf(cachedSteps);
  }

  /** Whether it is for this preset, solver and number of steps. */
  public boolean isFor(String otherPreset, SolverKind otherSolver, int otherSteps) {
    return preset.equals(otherPreset) && solver == otherSolver && steps == otherSteps;
  }

  /** Its steps. */
  public StepCache cache() {
    return StepCache.of(cachedSteps, order);
  }
}
