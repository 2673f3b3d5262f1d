package dev.sanaq.sana.conditioning;

import java.util.List;

/**
 * What entries of a batch share of their conditioning. Images, masks, scales and the ControlNet's
 * interval may differ, and an image to start from may be missing.
 *
 * @param firstStep the first step that runs, from 0; above 0 only with a source image
 * @param controlled whether a ControlNet acts
 * @param controlNet its name; empty for the model's only one
 * @param pagAppliedLayers the layers of perturbed-attention guidance; empty if it is off
 */
public record ConditioningKey(
    int firstStep, boolean controlled, String controlNet, List<Integer> pagAppliedLayers) {
  /** That of a generation from a prompt alone. */
  public static final ConditioningKey NONE = new ConditioningKey(0, false, "", List.of());

  public ConditioningKey {
    pagAppliedLayers = List.copyOf(pagAppliedLayers);
  }

  /**
   * The key of a conditioning.
   *
   * @param steps of the whole schedule
   */
  public static ConditioningKey of(Conditioning conditioning, int steps) {
    return new ConditioningKey(
        conditioning.source().map(source -> source.firstStep(steps)).orElse(0),
        conditioning.control().isPresent(),
        conditioning.control().map(ControlImage::controlNet).orElse(""),
        conditioning.perturbedAttention().map(PerturbedAttention::appliedLayers).orElse(List.of()));
  }

  /** Whether perturbed-attention guidance is on. */
  public boolean isPerturbed() {
    return !pagAppliedLayers.isEmpty();
  }
}
