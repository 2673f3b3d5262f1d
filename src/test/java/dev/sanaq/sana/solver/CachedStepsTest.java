package dev.sanaq.sana.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachedStepsTest {
  private static final Schedule TEN = SolverKind.FLOW_DPM.schedule(SolverSettings.PUBLISHED, 10);
  private static final IntPredicate ALWAYS = step -> true;

  /** A polynomial of the order, as a function of the noise level, is extrapolated exactly. */
  @ParameterizedTest
  @CsvSource({"0, 7", "1, 7", "2, 8", "3, 9"})
  void weights_ofPolynomial_areExact(int order, int step) {
    CachedSteps cached = CachedSteps.of(StepCache.of(List.of(2, 5, step), order), TEN, 0, ALWAYS);
    DoubleUnaryOperator value = x -> 3 + Math.pow(x, order) - (order > 1 ? 4 * x : 0);
    List<Integer> evaluated = List.of(9, 8, 7, 6, 4, 3, 1, 0);
    List<Integer> before = evaluated.stream().filter(i -> i < step).toList();
    double[] weights = cached.weights(step);
    assertThat(weights).hasSize(order + 1);
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] * value.applyAsDouble(level(before.get(j)));
    }
    assertThat(sum).isCloseTo(value.applyAsDouble(level(step)), within(1e-9));
    assertThat(cached.kept()).isEqualTo(order + 1);
  }

  @Test
  void weights_fewerStepsEvaluatedThanOrderNeeds_useThose() {
    CachedSteps cached = CachedSteps.of(StepCache.of(List.of(1, 3), 2), TEN, 0, ALWAYS);
    assertThat(cached.weights(1)).containsExactly(1);
    assertThat(cached.weights(3)).hasSize(2);
    assertThat(cached.contains(0)).isFalse();
    assertThat(cached.contains(2)).isFalse();
  }

  @Test
  void none_containsNoStep() {
    assertThat(CachedSteps.of(StepCache.NONE, TEN, 0, ALWAYS)).isSameAs(CachedSteps.NONE);
    assertThat(CachedSteps.NONE.contains(3)).isFalse();
    assertThat(CachedSteps.NONE.kept()).isZero();
  }

  /** Image to image begins later; its first step has no prediction to take. */
  @Test
  void laterFirstStep_isEvaluated_othersKeepTheirNumbers() {
    Schedule fromFour = SolverKind.FLOW_DPM.schedule(SolverSettings.PUBLISHED, 10, 4);
    CachedSteps cached = CachedSteps.of(StepCache.of(List.of(2, 4, 6), 1), fromFour, 4, ALWAYS);
    assertThat(cached.contains(0)).isFalse();
    assertThat(cached.contains(1)).isFalse();
    assertThat(cached.contains(2)).isTrue();
    assertThat(cached.weights(2)).hasSize(2);
  }

  /** With and without guidance the predictions differ: none is taken from the other side. */
  @Test
  void guidanceChanges_stepIsEvaluated_earlierPredictionsAreNotUsed() {
    CachedSteps cached =
        CachedSteps.of(StepCache.of(List.of(2, 5, 6, 8), 2), TEN, 0, step -> step >= 2 && step < 5);
    assertThat(cached.contains(2)).isFalse();
    assertThat(cached.contains(5)).isFalse();
    assertThat(cached.weights(6)).containsExactly(1);
    assertThat(cached.weights(8)).hasSize(2);
  }

  @Test
  void stepCache_invalidSteps_areRefused() {
    for (List<Integer> wrong : List.of(List.of(0), List.of(3, 3), List.of(5, 4), List.of(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StepCache.of(wrong, 1))
          .withMessageContaining("ascending steps after step 0");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepCache.of(List.of(1), 4))
        .withMessageContaining("expected 0 to 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepCache.ofPreset("fastest"))
        .withMessageContaining("known: none, slow, medium, fast, ultra");
  }

  private static double level(int step) {
    return TEN.levels().get(step).noiseScale();
  }
}
