package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.gateway.view.JobCost;
import org.junit.jupiter.api.Test;

class JobDurationEstimatorTest {
  private static final JobCost ONE_IMAGE = new JobCost(1000, 1000, 10, 1);

  private final JobDurationEstimator estimator = new JobDurationEstimator(0.05);

  @Test
  void estimate_withoutMeasurements_usesDefault() {
    assertThat(estimator.estimateSeconds(ONE_IMAGE)).isEqualTo(10 * 0.05);
  }

  @Test
  void estimate_afterMeasurementOfSameImageCost_scalesByCount() {
    estimator.recordMeasurement(new JobCost(1000, 1000, 10, 4), 8);

    assertThat(estimator.estimateSeconds(ONE_IMAGE)).isEqualTo(2);
    assertThat(estimator.estimateSeconds(new JobCost(1000, 1000, 10, 3))).isEqualTo(6);
  }

  @Test
  void laterMeasurement_movesBothAveragesByAFifth() {
    estimator.recordMeasurement(ONE_IMAGE, 10);
    estimator.recordMeasurement(ONE_IMAGE, 20);

    assertThat(estimator.estimateSeconds(ONE_IMAGE)).isEqualTo(12);
    assertThat(estimator.estimateSeconds(new JobCost(2000, 1000, 10, 1)))
        .isCloseTo(24, within(1e-12));
  }

  @Test
  void firstMeasurement_replacesDefaultForOtherCosts() {
    estimator.recordMeasurement(ONE_IMAGE, 8);

    assertThat(estimator.estimateSeconds(new JobCost(2000, 2000, 20, 1))).isEqualTo(64);
  }

  @Test
  void impossibleMeasurements_areIgnored() {
    estimator.recordMeasurement(new JobCost(0, 1000, 10, 1), 8);
    estimator.recordMeasurement(ONE_IMAGE, 0);
    estimator.recordMeasurement(ONE_IMAGE, -1);
    estimator.recordMeasurement(ONE_IMAGE, Double.NaN);
    estimator.recordMeasurement(ONE_IMAGE, 1e300);

    assertThat(estimator.estimateSeconds(ONE_IMAGE)).isEqualTo(10 * 0.05);
  }
}
