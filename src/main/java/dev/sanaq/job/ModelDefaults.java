package dev.sanaq.job;

import java.util.List;

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
 */
public record ModelDefaults(
    String name,
    int width,
    int height,
    int steps,
    double guidanceScale,
    String solver,
    List<String> solvers) {
  public ModelDefaults {
    solvers = List.copyOf(solvers);
  }
}
