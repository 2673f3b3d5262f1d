package dev.sanaq.sana.solver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The cached steps of a run: for each the weights with which it sums the predictions of the last
 * evaluated steps. The weights are those of the polynomial through these predictions as a function
 * of the noise level. Immutable.
 */
public final class CachedSteps {
  /** Every step evaluates the network. */
  public static final CachedSteps NONE = new CachedSteps(List.of(), 0);

  private final List<List<Double>> weights;
  private final int kept;

  private CachedSteps(List<List<Double>> weights, int kept) {
    this.weights = weights;
    this.kept = kept;
  }

  /**
   * The cached steps of a run. The predictions with and without guidance differ: a step evaluates
   * the network if no step before it is evaluated with the guidance that it has itself. So does the
   * first step that runs.
   *
   * @param cache its steps; no preset
   * @param schedule the steps that run
   * @param firstStep the first of the whole schedule that runs
   * @param guided whether a step of the run, from 0, has guidance
   */
  public static CachedSteps of(
      StepCache cache, Schedule schedule, int firstStep, IntPredicate guided) {
    if (cache.isNone()) {
      return NONE;
    }
    Set<Integer> cached = new HashSet<>(cache.cachedSteps());
    List<List<Double>> weights = new ArrayList<>();
    List<Double> levels = new ArrayList<>(); // of the evaluated steps, the last one first
    for (int i = 0; i < schedule.steps().size(); i++) {
      if (i > 0 && guided.test(i) != guided.test(i - 1)) {
        levels.clear();
      }
      double level = schedule.levels().get(i).noiseScale();
      if (cached.contains(firstStep + i) && !levels.isEmpty()) {
        int count = Math.min(levels.size(), cache.order() + 1);
        weights.add(extrapolation(levels.subList(0, count), level));
      } else {
        weights.add(List.of());
        levels.add(0, level);
      }
    }
    int kept = weights.stream().mapToInt(List::size).max().orElse(0);
    return kept == 0 ? NONE : new CachedSteps(List.copyOf(weights), kept);
  }

  /** Lagrange's weights of values at {@code from} for the value at {@code at}. */
  private static List<Double> extrapolation(List<Double> from, double at) {
    List<Double> weights = new ArrayList<>();
    for (int j = 0; j < from.size(); j++) {
      double weight = 1;
      for (int k = 0; k < from.size(); k++) {
        if (k != j) {
          weight *= (at - from.get(k)) / (from.get(j) - from.get(k));
        }
      }
      weights.add(weight);
    }
    return List.copyOf(weights);
  }

  /** How many predictions a run keeps; 0 if every step evaluates the network. */
  public int kept() {
    return kept;
  }

  /** Whether a step of the run, from 0, does not evaluate the network. */
  public boolean contains(int step) {
    return kept > 0 && !weights.get(step).isEmpty();
  }

  /** The weights of a cached step, that of the last evaluated step first. */
  public double[] weights(int step) {
    return weights.get(step).stream().mapToDouble(Double::doubleValue).toArray();
  }
}
