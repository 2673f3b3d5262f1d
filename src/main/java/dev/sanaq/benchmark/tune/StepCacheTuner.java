package dev.sanaq.benchmark.tune;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Finds the presets of a model's step cache by a greedy search: starting from all steps, it caches
 * the step that changes the images least, until the fastest preset is reached. One search.
 */
public final class StepCacheTuner {
  /** A parabola through three predictions is farther from the images than a line or a constant. */
  private static final List<Integer> ORDERS = List.of(0, 1);

  /** How many steps a later round of the search tries. */
  private static final int MAX_CANDIDATES = 4;

  /** The share of evaluated steps of each preset, as of cache-dit's in 28 steps. */
  private static final Map<String, Double> EVALUATED_SHARES = evaluatedShares();

  private final ImageGenerator generator;
  private final TuningSettings settings;
  private final ProgressReport progress;
  private int finishedTrials;

  /** Receives the progress of the search. */
  @FunctionalInterface
  public interface ProgressReport {
    /**
     * A trial is finished.
     *
     * @param done trials
     * @param total trials of the search
     */
    void onTrial(int done, int total);
  }

  /** A tuner of a loaded model. */
  public StepCacheTuner(
      ImageGenerator generator, TuningSettings settings, ProgressReport progress) {
    this.generator = generator;
    this.settings = settings;
    this.progress = progress;
  }

  private static Map<String, Double> evaluatedShares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("slow", 18 / 28.0);
    shares.put("medium", 15 / 28.0);
    shares.put("fast", 11 / 28.0);
    shares.put("ultra", 8 / 28.0);
    return Collections.unmodifiableMap(shares);
  }

  /**
   * The presets, from the slowest to the fastest, with their distance on the images of the search:
   * each of the order of extrapolation that is nearer.
   *
   * @throws IllegalArgumentException if the model's solver takes no step cache
   */
  public List<StepCacheSchedule> search() {
    if (generator.model().solver() == SolverKind.SCM) {
      throw new IllegalArgumentException("SANA-Sprint has no step cache: each of its steps counts");
    }
    TuningImages images = TuningImages.of(generator, settings, 0, 2);
    List<StepCacheSchedule> nearest = new ArrayList<>();
    for (int order : ORDERS) {
      List<StepCacheSchedule> presets = search(images, order);
      for (int i = 0; i < presets.size(); i++) {
        if (i >= nearest.size()) {
          nearest.add(presets.get(i));
        } else if (presets.get(i).distance() < nearest.get(i).distance()) {
          nearest.set(i, presets.get(i));
        }
      }
    }
    return nearest;
  }

  private List<StepCacheSchedule> search(TuningImages images, int order) {
    List<StepCacheSchedule> presets = new ArrayList<>();
    TreeSet<Integer> cached = new TreeSet<>();
    Map<Integer, Double> distances = new TreeMap<>();
    double distance = 0;
    for (Map.Entry<String, Double> preset : EVALUATED_SHARES.entrySet()) {
      while (cached.size() < cachedSteps(preset.getValue())) {
        distance = cacheOneMore(images, cached, order, distances);
      }
      presets.add(
          new StepCacheSchedule(
              preset.getKey(),
              generator.model().solver(),
              settings.steps(),
              List.copyOf(cached),
              order,
              distance));
    }
    return presets;
  }

  /**
   * Caches the step that changes the images least; returns their distance then.
   *
   * @param distances with each step cached that is not yet, when it was last tried
   */
  private double cacheOneMore(
      TuningImages images, TreeSet<Integer> cached, int order, Map<Integer, Double> distances) {
    List<Integer> candidates = candidates(distances);
    for (int step : candidates) {
      TreeSet<Integer> tried = new TreeSet<>(cached);
      tried.add(step);
      StepCache cache = StepCache.of(List.copyOf(tried), order);
      distances.put(step, images.distance(images.withCache(cache)));
      progress.onTrial(++finishedTrials, trials());
    }
    int best = Collections.min(candidates, Comparator.comparing(distances::get));
    cached.add(best);
    return Objects.requireNonNull(distances.remove(best));
  }

  /** All steps at first, then those that changed the images least when they were last tried. */
  private List<Integer> candidates(Map<Integer, Double> distances) {
    if (distances.isEmpty()) {
      return IntStream.range(1, settings.steps()).boxed().toList();
    }
    return distances.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(MAX_CANDIDATES)
        .map(Map.Entry::getKey)
        .toList();
  }

  private int cachedSteps(double evaluatedShare) {
    return settings.steps() - (int) Math.max(1, Math.round(settings.steps() * evaluatedShare));
  }

  private int trials() {
    int rounds = cachedSteps(Collections.min(EVALUATED_SHARES.values()));
    int trials = settings.steps() - 1;
    for (int round = 1; round < rounds; round++) {
      trials += Math.min(MAX_CANDIDATES, settings.steps() - 1 - round);
    }
    return ORDERS.size() * trials;
  }
}
