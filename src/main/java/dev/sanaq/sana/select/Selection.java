package dev.sanaq.sana.select;

import java.util.List;

/**
 * Best of n, the inference-time scaling of SANA-1.5 (arXiv 2501.18427): more images are generated
 * than are kept, and a scorer decides which.
 *
 * @param candidates images that are generated and scored; 0 if all images are kept, unscored
 * @param draftSteps denoising steps of a candidate: the kept ones are generated again with all
 *     steps; 0 if the candidates have all steps
 * @param offsets for images that were selected before: the seed of image i is the seed of the
 *     parameters plus offset i; empty for 0, 1, ...
 */
public record Selection(int candidates, int draftSteps, List<Integer> offsets) {
  /** All images are kept. */
  public static final Selection NONE = new Selection(0, 0, List.of());

  public Selection {
    offsets = List.copyOf(offsets);
  }

  /** Some of these candidates are kept; none is selected for 0 candidates. */
  public static Selection of(int candidates, int draftSteps) {
    return new Selection(candidates, draftSteps, List.of());
  }

  /** The images with these offsets, without another selection. */
  public static Selection chosen(List<Integer> offsets) {
    return new Selection(0, 0, offsets);
  }

  /** Whether images are scored. */
  public boolean isActive() {
    return candidates > 0;
  }

  /** The offset of image i to the seed of the parameters. */
  public int offset(int index) {
    return offsets.isEmpty() ? index : offsets.get(index);
  }
}
