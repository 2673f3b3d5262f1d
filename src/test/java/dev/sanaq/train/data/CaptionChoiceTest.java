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

class CaptionChoiceTest {
  private static final List<ScoredCaption> FOUR = captions(0.31, 0.30, 0.28, 0.22);
  private static final int DRAWS = 40_000;

  /** The 99.9 % quantile of chi-squared with three degrees of freedom. */
  private static final double UNLIKELY = 16.27;

  @Test
  void theProbabilitiesAreTheSoftmaxOfTheScoresOverTau() {
    assertThat(CaptionChoice.weights(FOUR, 0.05))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(
            0.3948, 0.3232, 0.2167, 0.0653); // 1, exp(-0.2), exp(-0.6), exp(-1.8) / sum
  }

  /** Drawn as training draws: a generator a place, not one for all. */
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.05, 0.3})
  void drawnFrequenciesFollowTheSoftmax(double tau) {
    Map<String, Integer> counts = drawn(FOUR, tau, 0);
    double[] expected = softmax(FOUR, tau);
    double chiSquared = 0;
    for (int i = 0; i < expected.length; i++) {
      double wanted = DRAWS * expected[i];
      double error = counts.getOrDefault("caption " + i, 0) - wanted;
      chiSquared += error * error / wanted;
    }
    assertThat(chiSquared).isLessThan(UNLIKELY);
  }

  @Test
  void withoutTemperatureTheBestIsAlwaysDrawn() {
    assertThat(drawn(FOUR, 0, 0)).containsOnlyKeys("caption 0");
    assertThat(CaptionChoice.weights(FOUR, 1e-9)).containsExactly(1, 0, 0, 0);
    assertThat(CaptionChoice.weights(captions(0.3, 0.1, 0.3), 0)).containsExactly(0.5, 0, 0.5);
  }

  @Test
  void atAnyHeatEachIsDrawnAsOften() {
    assertThat(CaptionChoice.weights(FOUR, Double.POSITIVE_INFINITY))
        .containsExactly(0.25, 0.25, 0.25, 0.25);
    assertThat(CaptionChoice.weights(FOUR, 1e6))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(0.25, 0.25, 0.25, 0.25);
  }

  @Test
  void scoresOfAnySizeGiveProbabilities() {
    assertThat(CaptionChoice.weights(captions(1e300, -1e300), 0.05)).containsExactly(1, 0);
    assertThat(CaptionChoice.weights(captions(-9000, -9001), 1))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(0.731059, 0.268941);
  }

  @Test
  void captionsAreDroppedAsOftenAsWasAsked() {
    int dropped = drawn(FOUR, 0.05, 0.1).getOrDefault(CaptionChoice.DROPPED, 0);
    assertThat((double) dropped / DRAWS).isCloseTo(0.1, within(0.005)); // over 3 deviations
    assertThat(drawn(FOUR, 0.05, 1)).containsOnlyKeys(CaptionChoice.DROPPED);
  }

  /** So that another dropout leaves all other choices as they were. */
  @Test
  void everyChoiceTakesAsManyNumbers() {
    for (double dropout : new double[] {0, 0.5, 1}) {
      var random = StepRandom.of(7, 0, 0);
      CaptionChoice.choose(FOUR, 0.05, dropout, random);
      var expected = StepRandom.of(7, 0, 0);
      expected.nextDouble();
      expected.nextDouble();
      assertThat(random.nextLong()).isEqualTo(expected.nextLong());
    }
  }

  @Test
  void aPictureWithoutCaptionsHasNothingToSay() {
    assertThat(CaptionChoice.choose(List.of(), 0.05, 0, StepRandom.of(1, 2, 3))).isEmpty();
  }

  @Test
  void whatIsNoTemperatureOrShareIsRefused() {
    assertThatThrownBy(() -> CaptionChoice.weights(FOUR, -0.1)).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> CaptionChoice.weights(FOUR, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> CaptionChoice.choose(FOUR, 1, 1.5, StepRandom.of(1, 2, 3)))
        .hasMessageContaining("1.5");
  }

  private static Map<String, Integer> drawn(
      List<ScoredCaption> captions, double tau, double dropout) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < DRAWS; i++) {
      String text = CaptionChoice.choose(captions, tau, dropout, StepRandom.of(5, i / 32, i % 32));
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
