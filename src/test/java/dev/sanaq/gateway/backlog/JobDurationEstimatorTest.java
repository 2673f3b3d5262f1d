package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.ServedModel;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobDurationEstimatorTest {
  private static final ServedModel MODEL = new ServedModel("m", 512, 512, 20);
  private static final ServedModel LARGE_MODEL = new ServedModel("l", 1024, 1024, 20);
  private static final double MODEL_SIZE = 0.1 + 0.512 * 0.512;
  private static final JobCost ONE_IMAGE = binned(512, 20, 1);

  private final JobDurationEstimator estimator = new JobDurationEstimator(model -> 0.05);

  @Test
  void estimate_withoutMeasurements_usesDefault() {
    assertThat(estimator.estimateSeconds(ONE_IMAGE, MODEL))
        .isCloseTo(24 * MODEL_SIZE * 0.05, within(1e-9));
  }

  @Test
  void missingFields_areTheModels() {
    assertThat(estimator.estimateSeconds(new JobCost("", 0, 0, 0, 1, true), MODEL))
        .isEqualTo(estimator.estimateSeconds(ONE_IMAGE, MODEL));
  }

  @Test
  void anyBinnedSize_costsWhatTheModelGenerates() {
    estimator.recordMeasurement(binned(1, 20, 1), 0.75);

    assertThat(estimator.estimateSeconds(binned(512, 20, 8), MODEL)).isCloseTo(6, within(1e-9));
    assertThat(estimator.estimateSeconds(binned(4096, 20, 1), MODEL)).isCloseTo(0.75, within(1e-9));
  }

  @Test
  void sameCostOftenMeasured_scalesByCount() {
    estimator.recordMeasurement(binned(512, 20, 1), 1);
    for (int i = 0; i < 3; i++) {
      estimator.recordMeasurement(binned(4096, 20, 4), 8);
    }

    assertThat(estimator.estimateSeconds(binned(4096, 20, 3), MODEL)).isEqualTo(6);
  }

  @Test
  void moreSteps_addNoTextAndDecoderTime() {
    estimator.recordMeasurement(binned(512, 20, 1), 2.4);

    assertThat(estimator.estimateSeconds(binned(512, 100, 1), MODEL)).isCloseTo(10.4, within(1e-9));
  }

  @Test
  void exactSizes_scaleByPixels_withAnOverhead() {
    estimator.recordMeasurement(exact(1024, 20, 1), 10);
    double tiny = estimator.estimateSeconds(exact(32, 20, 1), MODEL);
    double large = estimator.estimateSeconds(exact(4096, 20, 1), MODEL);

    assertThat(tiny).isBetween(0.5, 2.0);
    assertThat(large).isBetween(130.0, 160.0);
  }

  @Test
  void exactAndBinnedSizes_learnFromEachOther_untilMeasuredThemselves() {
    estimator.recordMeasurement(exact(512, 20, 1), 3);
    assertThat(estimator.estimateSeconds(ONE_IMAGE, MODEL)).isCloseTo(3, within(1e-9));

    estimator.recordMeasurement(ONE_IMAGE, 2);
    assertThat(estimator.estimateSeconds(ONE_IMAGE, MODEL)).isCloseTo(2, within(1e-9));
    assertThat(estimator.estimateSeconds(exact(512, 20, 1), MODEL)).isCloseTo(3, within(1e-9));
  }

  /** When measurements are read again, the model may not be known yet. */
  @Test
  void binnedMeasurement_meansTheSameForEveryModel() {
    estimator.recordMeasurement(ONE_IMAGE, 2);

    assertThat(estimator.estimateSeconds(ONE_IMAGE, LARGE_MODEL)).isCloseTo(2, within(1e-9));
  }

  @Test
  void coldFirstJob_isForgottenWithTheSecond() {
    estimator.recordMeasurement(ONE_IMAGE, 120);
    estimator.recordMeasurement(ONE_IMAGE, 1);

    assertThat(estimator.estimateSeconds(ONE_IMAGE, MODEL)).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-3, 1, 1e3, 86_400})
  void oneOutlierAfterOrdinaryJobs_changesEveryEstimateByASmallFactor(double seconds) {
    JobCost[] outliers = {
      binned(1, 1, 1), binned(1, 100, 8), exact(32, 1, 1), exact(4096, 100, 8), ONE_IMAGE
    };
    JobCost[] asked = {ONE_IMAGE, binned(512, 20, 8), binned(1, 20, 1), binned(768, 50, 2)};
    for (JobCost outlier : outliers) {
      for (int ordinary = 2; ordinary <= 40; ordinary++) {
        JobDurationEstimator calm = trained(ordinary);
        JobDurationEstimator upset = trained(ordinary);
        upset.recordMeasurement(outlier, seconds);
        for (JobCost cost : asked) {
          assertThat(upset.estimateSeconds(cost, MODEL) / calm.estimateSeconds(cost, MODEL))
              .as("%s after %s, then %s", cost, ordinary, outlier)
              .isBetween(0.7, 1.4);
        }
      }
    }
  }

  /** Jobs whose times differ by up to a fifth. */
  private static JobDurationEstimator trained(int jobs) {
    JobDurationEstimator trained = new JobDurationEstimator(model -> 0.05);
    Random random = new Random(jobs);
    for (int i = 0; i < jobs; i++) {
      int count = 1 + random.nextInt(4);
      trained.recordMeasurement(binned(512, 20, count), count * (0.9 + random.nextDouble() / 5));
    }
    return trained;
  }

  @Test
  void impossibleMeasurements_areIgnored() {
    double before = estimator.estimateSeconds(ONE_IMAGE, MODEL);
    estimator.recordMeasurement(binned(512, 20, 0), 8);
    estimator.recordMeasurement(new JobCost("", 0, 0, 0, 1, true), 8);
    for (double seconds : new double[] {0, -1, Double.NaN, 1e300, Double.POSITIVE_INFINITY}) {
      estimator.recordMeasurement(ONE_IMAGE, seconds);
    }

    assertThat(estimator.estimateSeconds(ONE_IMAGE, MODEL)).isEqualTo(before);
  }

  @Test
  void candidates_countAsImages_andDraftsByTheirSteps() {
    for (int i = 0; i < 3; i++) {
      estimator.recordMeasurement(binned(512, 20, 1), 2);
    }
    assertThat(estimator.estimateSeconds(new JobCost("", 512, 512, 20, 2, 8, 0, true), MODEL))
        .isCloseTo(16, within(1e-9));
    assertThat(estimator.estimateSeconds(new JobCost("", 512, 512, 20, 2, 8, 8, true), MODEL))
        .isCloseTo(2 * (2 + 8 * 12 / 24.0), within(1e-9));
  }

  private static JobCost binned(int side, int steps, int count) {
    return new JobCost("", side, side, steps, count, true);
  }

  private static JobCost exact(int side, int steps, int count) {
    return new JobCost("", side, side, steps, count, false);
  }
}
