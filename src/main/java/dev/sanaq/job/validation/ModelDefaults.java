package dev.sanaq.job.validation;

import dev.sanaq.job.Job;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The values of the worker's model for fields that a request leaves out. {@code sana.ModelSpec} has
 * the numbers. The default steps depend on the checkpoint's own solver, whatever solver the request
 * names: 20 for Flow-DPM-Solver, 28 for Flow-Euler, 2 for SANA-Sprint.
 *
 * @param name the model's name, the only valid {@code model} of a request
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance
 * @param guidanceInterval start and stop of the guidance, as fractions of the steps
 * @param solver the default solver
 * @param solvers the supported solvers
 * @param stepCache the default preset of the step cache
 * @param stepCaches the presets of the step cache; empty if only the workers know them
 * @param adapters the available LoRA adapters; empty if only the workers know them
 * @param scoresCandidates whether there is a scorer, so that a request may have candidates; true if
 *     only the workers know
 */
public record ModelDefaults(
    String name,
    int width,
    int height,
    int steps,
    double guidanceScale,
    List<Double> guidanceInterval,
    String solver,
    List<String> solvers,
    String stepCache,
    Optional<List<KnownStepCache>> stepCaches,
    Optional<List<KnownAdapter>> adapters,
    boolean scoresCandidates) {
  /** Guidance in every step. */
  public static final List<Double> ALL_STEPS = List.of(0.0, 1.0);

  /**
   * An adapter that a worker has.
   *
   * @param name by which requests name it
   * @param sha256 of its file; empty if it cannot be used
   * @param problem why it cannot be used; empty if it can
   */
  public record KnownAdapter(String name, String sha256, String problem) {}

  /**
   * A preset of the step cache that a worker's model has.
   *
   * @param preset its name
   * @param solver the solver's name
   * @param steps denoising steps
   */
  public record KnownStepCache(String preset, String solver, int steps) {}

  public ModelDefaults {
    guidanceInterval = List.copyOf(guidanceInterval);
    solvers = List.copyOf(solvers);
    stepCaches = stepCaches.map(List::copyOf);
    adapters = adapters.map(List::copyOf);
  }

  /** A model without step caches. */
  public ModelDefaults(
      String name,
      int width,
      int height,
      int steps,
      double guidanceScale,
      List<Double> guidanceInterval,
      String solver,
      List<String> solvers,
      Optional<List<KnownAdapter>> adapters,
      boolean scoresCandidates) {
    this(
        name,
        width,
        height,
        steps,
        guidanceScale,
        guidanceInterval,
        solver,
        solvers,
        Job.NO_STEP_CACHE,
        Optional.of(List.of()),
        adapters,
        scoresCandidates);
  }

  /** A model without adapters, step caches and a scorer, with guidance in every step. */
  public ModelDefaults(
      String name,
      int width,
      int height,
      int steps,
      double guidanceScale,
      String solver,
      List<String> solvers) {
    this(
        name,
        width,
        height,
        steps,
        guidanceScale,
        ALL_STEPS,
        solver,
        solvers,
        Optional.of(List.of()),
        false);
  }

  /** Whether the model has a preset of the step cache; true if only the workers know. */
  boolean hasStepCache(String preset, String ofSolver, int ofSteps) {
    KnownStepCache wanted = new KnownStepCache(preset, ofSolver, ofSteps);
    return stepCaches.map(known -> known.contains(wanted)).orElse(true);
  }

  /** What {@code stepCache} may be, for the message of an error. */
  String allowedStepCaches() {
    String presets =
        stepCaches.orElse(List.of()).stream()
            .map(one -> "%s for %s steps of %s".formatted(one.preset(), one.steps(), one.solver()))
            .collect(Collectors.joining(", "));
    return presets.isEmpty() ? "none: this model has no step cache" : "none, " + presets;
  }
}
