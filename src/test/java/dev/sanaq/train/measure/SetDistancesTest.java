package dev.sanaq.train.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.Fixtures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Distances of sets of features beside what scipy and numpy compute (fixtures/distances). */
class SetDistancesTest {
  private static final double RELATIVE = 1e-6;

  static Iterable<JsonNode> cases() {
    return Fixtures.json("distances/distances.json");
  }

  /** Also where there are fewer images than features, so that both covariances are singular. */
  @ParameterizedTest
  @MethodSource("cases")
  void frechetAndKernelDistance_matchReference(JsonNode one) {
    int size = one.get("features").intValue();
    List<float[]> first = features(one.get("first").intValue(), size, 0);
    List<float[]> second = features(one.get("second").intValue(), size, 0.5);
    double frechet = one.get("frechet").doubleValue();
    double kernel = one.get("kernel").doubleValue();
    assertThat(FrechetDistance.between(statistics(first), statistics(second)))
        .isCloseTo(frechet, within(RELATIVE * frechet));
    assertThat(FrechetDistance.between(statistics(second), statistics(first)))
        .isCloseTo(frechet, within(RELATIVE * frechet));
    assertThat(KernelDistance.between(first, second))
        .isCloseTo(kernel, within(RELATIVE * Math.abs(kernel)));
  }

  @Test
  void frechetDistance_ofNormalDistributions_isTheClosedForm() {
    FeatureStatistics narrow = new FeatureStatistics(1);
    FeatureStatistics wide = new FeatureStatistics(1);
    for (float x : new float[] {-1, 1}) {
      narrow.add(new float[] {x});
      wide.add(new float[] {5 + 3 * x});
    }
    double deviations = Math.sqrt(18) - Math.sqrt(2);
    assertThat(FrechetDistance.between(narrow, wide))
        .isCloseTo(25 + deviations * deviations, within(1e-9));
  }

  @Test
  void equalSets_haveNoDistance_inAnyOrder() {
    List<float[]> set = features(100, 32, 0);
    List<float[]> shuffled = new ArrayList<>(set);
    Collections.shuffle(shuffled, new Random(3));
    assertThat(FrechetDistance.between(statistics(set), statistics(shuffled)))
        .isCloseTo(0, within(1e-6));
  }

  /** Features far from 0: sums of squares would lose the digits that a difference needs. */
  @Test
  void statistics_ofShiftedFeatures_keepTheirCovariance() {
    List<float[]> near = features(50, 4, 0);
    FeatureStatistics far = new FeatureStatistics(4);
    for (float[] features : near) {
      float[] shifted = features.clone();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = (float) Math.rint(64 * shifted[i]) / 64 + (1 << 16);
      }
      far.add(shifted);
    }
    FeatureStatistics rounded = new FeatureStatistics(4);
    for (float[] features : near) {
      float[] own = features.clone();
      for (int i = 0; i < own.length; i++) {
        own[i] = (float) Math.rint(64 * own[i]) / 64;
      }
      rounded.add(own);
    }
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(far.covariance()[i][j]).isCloseTo(rounded.covariance()[i][j], within(1e-9));
      }
    }
  }

  /** The eigenvalues of the second difference matrix are known. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50, 300})
  void eigenvalues_areThoseOfAKnownMatrix(int size) {
    double[][] matrix = new double[size][size];
    double[][] rotated = new double[size][size];
    for (int i = 0; i < size; i++) {
      matrix[i][i] = 2;
      if (i > 0) {
        matrix[i][i - 1] = -1;
        matrix[i - 1][i] = -1;
      }
    }
    // A reflection keeps the eigenvalues, and fills the matrix.
    double[] v = new double[size];
    for (int i = 0; i < size; i++) {
      v[i] = 1 / Math.sqrt(size);
    }
    double[] mv = new double[size];
    double vmv = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        mv[i] += matrix[i][j] * v[j];
      }
      vmv += mv[i] * v[i];
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        rotated[i][j] = matrix[i][j] - 2 * (v[i] * mv[j] + mv[i] * v[j]) + 4 * vmv * v[i] * v[j];
      }
    }
    double[] eigenvalues = SymmetricEigenvalues.of(rotated);
    Arrays.sort(eigenvalues);
    for (int k = 0; k < size; k++) {
      double expected = 2 - 2 * Math.cos((k + 1) * Math.PI / (size + 1));
      assertThat(eigenvalues[k]).isCloseTo(expected, within(1e-10));
    }
  }

  @Test
  void rankCorrelation_isSpearmans() {
    assertThat(RankCorrelation.of(List.of(1.0, 2.0, 3.0), List.of(-5.0, 0.0, 90.0))).hasValue(1);
    assertThat(RankCorrelation.of(List.of(1.0, 2.0, 3.0), List.of(3.0, 2.0, 1.0))).hasValue(-1);
    // Ranks 1, 2.5, 2.5, 4, 5 and 2, 1, 3, 4.5, 4.5: 7.5 / 9.5.
    assertThat(
            RankCorrelation.of(List.of(1.0, 2.0, 2.0, 4.0, 5.0), List.of(2.0, 1.0, 3.0, 5.0, 5.0))
                .getAsDouble())
        .isCloseTo(0.7894736842105263, within(1e-12));
    assertThat(RankCorrelation.of(List.of(1.0, 1.0), List.of(1.0, 2.0))).isEmpty();
  }

  @Test
  void tooFewImages_areRefused() {
    FeatureStatistics one = statistics(features(1, 4, 0));
    assertThatThrownBy(() -> FrechetDistance.between(one, statistics(features(5, 4, 0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2 images or more, got 1");
    assertThatThrownBy(() -> KernelDistance.between(features(1, 4, 0), features(5, 4, 0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The formula of the fixture's script. */
  private static List<float[]> features(int count, int size, double shift) {
    List<float[]> set = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] features = new float[size];
      for (int k = 0; k < size; k++) {
        double wave = Math.sin(0.7 * i * (k + 1 + shift) + 0.3 * k * k) * (1 + k % 5);
        features[k] = (float) (wave + 0.1 * k + shift * Math.cos(1.3 * i + k));
      }
      set.add(features);
    }
    return set;
  }

  private static FeatureStatistics statistics(List<float[]> set) {
    FeatureStatistics statistics = new FeatureStatistics(set.get(0).length);
    set.forEach(statistics::add);
    return statistics;
  }
}
