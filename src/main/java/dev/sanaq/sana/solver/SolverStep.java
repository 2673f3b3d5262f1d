package dev.sanaq.sana.solver;

/**
 * One denoising step as coefficients: every solver here is linear in the sample, the network's
 * output and the noise, so that whoever applies a step needs to know nothing of solvers.
 *
 * <pre>
 * input = inputScale * x                    what the network sees
 * v     = fromSample * x + fromOutput * out the velocity, guidance applied to out before
 * m0    = dx * x + dv * v                   what the solver keeps: the data prediction, or v
 * x'    = a * x + b * m0 + c * m1 + d * z   m1 = m0 of the step before; z ~ N(0, 1)
 * </pre>
 *
 * {@code c} is 0 in the first step, where there is no {@code m1}. {@code z} is drawn, from the
 * image's own generator and in the sample's shape, only where {@link #addsNoise}.
 *
 * @param timestep the reference scheduler's t: 0 to 1000 for the flow solvers, 0 to 1.5708 for SCM
 * @param modelTimestep what the network is told, before the transformer's own timestep scale
 */
public record SolverStep(
    double timestep,
    double modelTimestep,
    double inputScale,
    double velocityFromSample,
    double velocityFromOutput,
    double x0FromSample,
    double x0FromVelocity,
    double a,
    double b,
    double c,
    double d,
    boolean addsNoise) {

  /** A step of a flow solver: the network sees the sample itself and answers with the velocity. */
  static SolverStep flow(double timestep, double dx, double dv, double a, double b, double c) {
    return new SolverStep(timestep, timestep, 1, 0, 1, dx, dv, a, b, c, 0, false);
  }
}
