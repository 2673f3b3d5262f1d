package dev.sanaq.sana.solver;

/**
 * The mixture of an image's latents and noise at a time of a schedule: {@code x_t = imageScale *
 * latents + noiseScale * noise}. Image to image starts there, and inpainting returns the known part
 * to it after each step.
 */
public record NoiseLevel(double imageScale, double noiseScale) {
  /** A flow at a sigma, which is the reference's float. */
  static NoiseLevel flow(float sigma) {
    return new NoiseLevel(1 - sigma, sigma);
  }
}
