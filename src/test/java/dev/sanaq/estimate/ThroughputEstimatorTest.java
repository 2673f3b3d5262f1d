package dev.sanaq.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThroughputEstimatorTest {
  @Test
  void estimate_ofUnknownKey_isEmpty() {
    ThroughputEstimator<String> estimator = new ThroughputEstimator<>(0.3, 2);

    estimator.recordMeasurement("a", 1, 1);

    assertThat(estimator.estimateSeconds("b", 1)).isEmpty();
  }

  @Test
  void firstMeasurement_isTakenAsItIs_perUnit() {
    ThroughputEstimator<String> estimator = new ThroughputEstimator<>(0.3, 2);

    estimator.recordMeasurement("a", 4, 2);

    assertThat(estimator.estimateSeconds("a", 3)).hasValue(1.5);
  }

  /** The weights of the worker and of the gateway. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.2})
  void laterMeasurements_moveTheAverageByTheWeight(double weight) {
    ThroughputEstimator<String> estimator = new ThroughputEstimator<>(weight, 2);

    estimator.recordMeasurement("a", 2, 2);
    estimator.recordMeasurement("a", 1, 11);
    estimator.recordMeasurement("a", 1, 1);

    double second = 1 + weight * 10;
    double third = second + weight * (1 - second);
    assertThat(estimator.estimateSeconds("a", 5)).hasValue(third * 5);
  }

  @Test
  void keyBeyondBound_evictsLeastRecentlyUsed() {
    ThroughputEstimator<String> estimator = new ThroughputEstimator<>(0.3, 2);

    estimator.recordMeasurement("a", 1, 1);
    estimator.recordMeasurement("b", 1, 2);
    estimator.estimateSeconds("a", 1);
    estimator.recordMeasurement("c", 1, 3);

    assertThat(estimator.estimateSeconds("a", 1)).hasValue(1);
    assertThat(estimator.estimateSeconds("b", 1)).isEmpty();
  }
}
