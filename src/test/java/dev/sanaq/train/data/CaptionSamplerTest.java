package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionSamplerTest {
  private static final List<ScoredCaption> FOUR = captions(0.31, 0.30, 0.28, 0.22);
  private static final int NUM_SAMPLES = 40_000;

  /** The 99.9 % quantile of chi-squared with three degrees of freedom. */
  private static final double CHI_SQUARED_LIMIT = 16.27;

  @Test
  void probabilities_areSoftmaxOfScoresOverTau() {
    assertThat(CaptionSampler.probabilities(FOUR, 0.05))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(
            0.3948, 0.3232, 0.2167, 0.0653); // 1, exp(-0.2), exp(-0.6), exp(-1.8) / sum
  }

  /** Samples as training does: with a new generator for each position. */
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.05, 0.3})
  void sampledFrequencies_followSoftmax(double tau) {
    Map<String, Integer> counts = countSamples(FOUR, tau, 0);
    double[] expected = softmax(FOUR, tau);
    double chiSquared = 0;
    for (int i = 0; i < expected.length; i++) {
      double expectedCount = NUM_SAMPLES * expected[i];
      double error = counts.getOrDefault("caption " + i, 0) - expectedCount;
      chiSquared += error * error / expectedCount;
    }
    assertThat(chiSquared).isLessThan(CHI_SQUARED_LIMIT);
  }

  @Test
  void zeroTemperature_samplesBestCaption() {
    assertThat(countSamples(FOUR, 0, 0)).containsOnlyKeys("caption 0");
    assertThat(CaptionSampler.probabilities(FOUR, 1e-9)).containsExactly(1, 0, 0, 0);
    assertThat(CaptionSampler.probabilities(captions(0.3, 0.1, 0.3), 0))
        .containsExactly(0.5, 0, 0.5);
  }

  @Test
  void highTemperature_samplesUniformly() {
    assertThat(CaptionSampler.probabilities(FOUR, Double.POSITIVE_INFINITY))
        .containsExactly(0.25, 0.25, 0.25, 0.25);
    assertThat(CaptionSampler.probabilities(FOUR, 1e6))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(0.25, 0.25, 0.25, 0.25);
  }

  @Test
  void extremeScores_giveValidProbabilities() {
    assertThat(CaptionSampler.probabilities(captions(1e300, -1e300), 0.05)).containsExactly(1, 0);
    assertThat(CaptionSampler.probabilities(captions(-9000, -9001), 1))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(0.731059, 0.268941);
  }

  @Test
  void dropout_dropsRequestedShare() {
    int dropped = countSamples(FOUR, 0.05, 0.1).getOrDefault(CaptionSampler.EMPTY_CAPTION, 0);
    assertThat((double) dropped / NUM_SAMPLES).isCloseTo(0.1, within(0.005)); // over 3 deviations
    assertThat(countSamples(FOUR, 0.05, 1)).containsOnlyKeys(CaptionSampler.EMPTY_CAPTION);
  }

  /** Another dropout must not change any other random choice. */
  @Test
  void sample_consumesFixedNumberOfRandoms() {
    for (double dropout : new double[] {0, 0.5, 1}) {
      var random = StepRng.of(7, 0, 0);
      CaptionSampler.sample(FOUR, 0.05, dropout, random);
      var expected = StepRng.of(7, 0, 0);
      expected.nextDouble();
      expected.nextDouble();
      assertThat(random.nextLong()).isEqualTo(expected.nextLong());
    }
  }

  @Test
  void noCaptions_givesEmptyCaption() {
    assertThat(CaptionSampler.sample(List.of(), 0.05, 0, StepRng.of(1, 2, 3))).isEmpty();
  }

  @Test
  void invalidTemperatureOrDropout_isRejected() {
    assertThatThrownBy(() -> CaptionSampler.probabilities(FOUR, -0.1)).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> CaptionSampler.probabilities(FOUR, Double.NaN))
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> CaptionSampler.sample(FOUR, 1, 1.5, StepRng.of(1, 2, 3)))
        .hasMessageContaining("1.5");
  }

  private static Map<String, Integer> countSamples(
      List<ScoredCaption> captions, double tau, double dropout) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < NUM_SAMPLES; i++) {
      String text = CaptionSampler.sample(captions, tau, dropout, StepRng.of(5, i / 32, i % 32));
      counts.merge(text, 1, Integer::sum);
    }
    return counts;
  }

  private static double[] softmax(List<ScoredCaption> captions, double tau) {
    double[] powers = captions.stream().mapToDouble(c -> Math.exp(c.clipScore() / tau)).toArray();
    double sum = IntStream.range(0, powers.length).mapToDouble(i -> powers[i]).sum();
    return IntStream.range(0, powers.length).mapToDouble(i -> powers[i] / sum).toArray();
  }

  private static List<ScoredCaption> captions(double... scores) {
    return IntStream.range(0, scores.length)
        .mapToObj(i -> new ScoredCaption("caption " + i, scores[i], ""))
        .toList();
  }
}
