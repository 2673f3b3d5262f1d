package dev.sanaq.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThroughputEstimatorTest {
  private final ThroughputEstimator<String> estimator = new ThroughputEstimator<>(1, 2);

  @Test
  void estimate_ofUnknownKey_isEmpty() {
    estimator.recordMeasurement("a", 1, 1);

    assertThat(estimator.estimateSeconds("b", 1)).isEmpty();
  }

  @Test
  void firstMeasurement_isTakenAsItIs_perUnit() {
    estimator.recordMeasurement("a", 4, 2);

    assertThat(estimator.estimateSeconds("a", 3)).hasValue(1.5);
  }

  @Test
  void slowFirstMeasurement_isForgottenWithTheSecond() {
    estimator.recordMeasurement("a", 1, 60);
    estimator.recordMeasurement("a", 1, 1);

    assertThat(estimator.estimateSeconds("a", 1)).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.01, 1, 100, 1e9})
  void anyMeasurementAmongOthers_leavesTheMedian(double outlier) {
    for (double seconds : new double[] {0.9, outlier, 1.1, 1, 1}) {
      estimator.recordMeasurement("a", 1, seconds);
    }

    assertThat(estimator.estimateSeconds("a", 1)).hasValue(1);
  }

  @Test
  void lastingChange_isFollowedAfterHalfOfTheWindow() {
    for (int i = 0; i < 100; i++) {
      estimator.recordMeasurement("a", 1, 1);
    }
    for (int i = 0; i <= ThroughputEstimator.WINDOW / 2; i++) {
      assertThat(estimator.estimateSeconds("a", 1)).hasValue(1);
      estimator.recordMeasurement("a", 1, 5);
    }

    assertThat(estimator.estimateSeconds("a", 1)).hasValue(5);
  }

  @Test
  void tooFewMeasurements_giveNoEstimate() {
    ThroughputEstimator<String> strict = new ThroughputEstimator<>(3, 2);
    strict.recordMeasurement("a", 1, 1);
    strict.recordMeasurement("a", 1, 1);

    assertThat(strict.estimateSeconds("a", 1)).isEmpty();

    strict.recordMeasurement("a", 1, 1);
    assertThat(strict.estimateSeconds("a", 1)).hasValue(1);
  }

  @Test
  void keyBeyondBound_evictsLeastRecentlyUsed() {
    estimator.recordMeasurement("a", 1, 1);
    estimator.recordMeasurement("b", 1, 2);
    estimator.estimateSeconds("a", 1);
    estimator.recordMeasurement("c", 1, 3);

    assertThat(estimator.estimateSeconds("a", 1)).hasValue(1);
    assertThat(estimator.estimateSeconds("b", 1)).isEmpty();
  }
}
