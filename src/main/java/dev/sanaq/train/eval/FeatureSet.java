package dev.sanaq.train.eval;

import dev.sanaq.train.measure.FeatureStatistics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The features of a set of images: their statistics, and the first of them for the KID. */
final class FeatureSet {
  /** The KID takes time and memory with the square of this. */
  static final int MAX_KEPT = 2000;

  private final List<float[]> kept = new ArrayList<>();
  private @Nullable FeatureStatistics statistics;

  void add(float[] features) {
    FeatureStatistics all = statistics;
    if (all == null) {
      all = new FeatureStatistics(features.length);
      statistics = all;
    }
    all.add(features);
    if (kept.size() < MAX_KEPT) {
      kept.add(features);
    }
  }

  long count() {
    return statistics == null ? 0 : statistics.count();
  }

  FeatureStatistics statistics() {
    if (statistics == null) {
      throw new IllegalStateException("no image was added");
    }
    return statistics;
  }

  List<float[]> kept() {
    return kept;
  }
}
