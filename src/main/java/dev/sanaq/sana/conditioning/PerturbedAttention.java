package dev.sanaq.sana.conditioning;

import java.util.List;

/**
 * Perturbed-attention guidance (arXiv 2403.17377; diffusers {@code SanaPAGPipeline}): away from a
 * prediction in which self-attention of some layers is the identity.
 *
 * @param scale diffusers' {@code pag_scale}, above 0
 * @param adaptiveScale {@code pag_adaptive_scale}, from 0: the scale falls by this times (1000 -
 *     timestep), to 0 at least
 * @param appliedLayers {@code pag_applied_layers}: the transformer's blocks, from 0
 */
public record PerturbedAttention(double scale, double adaptiveScale, List<Integer> appliedLayers) {
  /** The default scale of diffusers. */
  public static final double DEFAULT_SCALE = 3;

  /** The default layers of diffusers. */
  public static final List<Integer> DEFAULT_LAYERS = List.of(0);

  private static final double MAX_TIMESTEP = 1000;

  public PerturbedAttention {
    appliedLayers = appliedLayers.stream().distinct().sorted().toList();
    if (!(scale > 0) || !Float.isFinite((float) scale)) {
      throw new IllegalArgumentException("pag scale %s: must be above 0".formatted(scale));
    }
    if (!(adaptiveScale >= 0) || !Float.isFinite((float) adaptiveScale)) {
      throw new IllegalArgumentException(
          "pag adaptive scale %s: must be a number from 0".formatted(adaptiveScale));
    }
    if (appliedLayers.isEmpty() || appliedLayers.get(0) < 0) {
      throw new IllegalArgumentException(
          "pag layers %s: must be block numbers from 0, at least one".formatted(appliedLayers));
    }
  }

  /**
   * The scale at a timestep.
   *
   * @param timestep of the solver, 0 to 1000
   */
  public double scaleAt(double timestep) {
    return Math.max(scale - adaptiveScale * (MAX_TIMESTEP - timestep), 0);
  }
}
