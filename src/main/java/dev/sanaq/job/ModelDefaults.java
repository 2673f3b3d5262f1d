package dev.sanaq.job;

import java.util.List;
import java.util.Optional;

/**
 * What the worker's model draws unless a request says otherwise.
 *
 * @param name the model's name, the only one that a request may name
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance
 * @param solver the solver
 * @param solvers every solver that it can be drawn with
 * @param adapters every adapter that it can be drawn with; empty where only the workers know
 */
public record ModelDefaults(
    String name,
    int width,
    int height,
    int steps,
    double guidanceScale,
    String solver,
    List<String> solvers,
    Optional<List<String>> adapters) {
  public ModelDefaults {
    solvers = List.copyOf(solvers);
    adapters = adapters.map(List::copyOf);
  }

  /** A model without adapters. */
  public ModelDefaults(
      String name,
      int width,
      int height,
      int steps,
      double guidanceScale,
      String solver,
      List<String> solvers) {
    this(name, width, height, steps, guidanceScale, solver, solvers, Optional.of(List.of()));
  }
}
