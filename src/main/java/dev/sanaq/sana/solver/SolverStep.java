package dev.sanaq.sana.solver;

/**
 * One denoising step as coefficients. Every solver here is linear in the sample, the network's
 * output and the noise, so one function applies them all ({@code step} in sampler.torchscript):
 *
 * <pre>
 * input = inputScale * x                                          the network's input
 * v     = velocityFromSample * x + velocityFromOutput * output    output: after guidance
 * x0    = x0FromSample * x + x0FromVelocity * v                   FlowEuler stores v here
 * x'    = nextFromSample * x + nextFromX0 * x0
 *         + nextFromPreviousX0 * previous x0 + nextFromNoise * z  z ~ N(0, 1)
 * </pre>
 *
 * <p>{@code nextFromPreviousX0} is 0 in the first step. Only a step with {@code addsNoise} samples
 * {@code z}, in the sample's shape, from the generator of each image.
 *
 * @param timestep the reference scheduler's t: 0 to 1000 for the flow solvers, 0 to 1.5708 for SCM
 * @param modelTimestep the network's timestep, before the transformer's own timestep scale
 * @param addsNoise whether the step adds fresh noise
 */
public record SolverStep(
    double timestep,
    double modelTimestep,
    double inputScale,
    double velocityFromSample,
    double velocityFromOutput,
    double x0FromSample,
    double x0FromVelocity,
    double nextFromSample,
    double nextFromX0,
    double nextFromPreviousX0,
    double nextFromNoise,
    boolean addsNoise) {

  /** Whether the step stores the velocity in place of x0, as FlowEuler does. */
  public boolean storesVelocity() {
    return x0FromSample == 0 && x0FromVelocity == 1;
  }

  /** A step of a flow solver: the network's input is the sample itself, its output the velocity. */
  static SolverStep flow(
      double timestep,
      double x0FromSample,
      double x0FromVelocity,
      double nextFromSample,
      double nextFromX0,
      double nextFromPreviousX0) {
    return new SolverStep(
        timestep,
        timestep,
        1,
        0,
        1,
        x0FromSample,
        x0FromVelocity,
        nextFromSample,
        nextFromX0,
        nextFromPreviousX0,
        0,
        false);
  }
}
