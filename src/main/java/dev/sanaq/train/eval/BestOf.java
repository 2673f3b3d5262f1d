package dev.sanaq.train.eval;

import java.util.Collections;
import java.util.List;

/**
 * Numbers of candidates, of each of which the best is measured.
 *
 * @param counts at least one; 1 for the first image
 * @param draftSteps steps of drafts that select the candidate, instead of the candidates
 *     themselves; empty for none
 */
public record BestOf(List<Integer> counts, List<Integer> draftSteps) {
  /** One image for each caption. */
  public static final BestOf ONE = new BestOf(List.of(1), List.of());

  public BestOf {
    counts = List.copyOf(counts);
    draftSteps = List.copyOf(draftSteps);
    if (counts.isEmpty() || Collections.min(counts) < 1) {
      throw new IllegalArgumentException(
          "candidates: %s, expected numbers from 1".formatted(counts));
    }
    if (!draftSteps.isEmpty() && Collections.min(draftSteps) < 1) {
      throw new IllegalArgumentException(
          "draft steps: %s, expected numbers from 1".formatted(draftSteps));
    }
  }

  /** The largest number of candidates. */
  int max() {
    return Collections.max(counts);
  }
}
