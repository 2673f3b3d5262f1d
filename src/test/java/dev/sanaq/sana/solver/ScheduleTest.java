package dev.sanaq.sana.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  private static final SolverSettings SETTINGS = SolverSettings.PUBLISHED;

  @ParameterizedTest
  @EnumSource(SolverKind.class)
  void schedule_stepsOutOfRange_throwsNamingRange(SolverKind kind) {
    for (int steps : List.of(-1, 0, 1001)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kind.schedule(SETTINGS, steps))
          .withMessage("%s steps: %s takes 1 to 1000", steps, kind.label());
    }
    assertThat(kind.schedule(SETTINGS, 1000).steps()).hasSize(1000);
  }

  @ParameterizedTest
  @EnumSource(SolverKind.class)
  void schedule_coefficientsFinite_timestepsDecrease(SolverKind kind) {
    for (int steps : List.of(1, 2, 3, 20, 100)) {
      double before = Double.POSITIVE_INFINITY;
      for (SolverStep s : kind.schedule(SETTINGS.withFlowShift(6), steps).steps()) {
        assertThat(
                List.of(
                    s.inputScale(),
                    s.velocityFromSample(),
                    s.velocityFromOutput(),
                    s.x0FromSample(),
                    s.x0FromVelocity()))
            .allMatch(Double::isFinite);
        assertThat(
                List.of(
                    s.nextFromSample(), s.nextFromX0(), s.nextFromPreviousX0(), s.nextFromNoise()))
            .allMatch(Double::isFinite);
        assertThat(s.timestep()).isLessThan(before);
        before = s.timestep();
      }
    }
  }

  /** With a constant velocity the trajectory is a straight line, exact for every flow solver. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 50})
  void flowDpm_constantVelocity_endsAtData(int steps) {
    double data = 0.3;
    double noise = -1.7;
    for (int order : List.of(1, 2)) {
      double x = noise;
      double m1 = 0;
      for (SolverStep s :
          SolverKind.FLOW_DPM.schedule(SETTINGS.withSolverOrder(order), steps).steps()) {
        // The data prediction from x at sigma is x - sigma * v for one constant v.
        double sigma = -s.x0FromVelocity();
        double v = (x - data) / sigma;
        double m0 = s.x0FromSample() * x + s.x0FromVelocity() * v;
        x = s.nextFromSample() * x + s.nextFromX0() * m0 + s.nextFromPreviousX0() * m1;
        m1 = m0;
      }
      assertThat(x).as("order %s", order).isCloseTo(data, within(1e-6));
    }
  }

  @Test
  void flowDpm_order1_ignoresPreviousPrediction() {
    assertThat(SolverKind.FLOW_DPM.schedule(SETTINGS.withSolverOrder(1), 20).steps())
        .allMatch(step -> step.nextFromPreviousX0() == 0);
    assertThat(SolverKind.FLOW_DPM.schedule(SETTINGS, 20).steps())
        .extracting(step -> step.nextFromPreviousX0() != 0)
        .containsSubsequence(false, true, true, false)
        .filteredOn(looksBack -> looksBack)
        .hasSize(18);
  }

  @Test
  void scm_addsNoiseBetweenSteps_notAfterLast() {
    Schedule schedule = SolverKind.SCM.schedule(SETTINGS, 4);
    assertThat(schedule.steps())
        .extracting(SolverStep::addsNoise)
        .containsExactly(true, true, true, false);
    assertThat(schedule.initialNoiseScale()).isEqualTo(0.5);
    assertThat(schedule.finalScale()).isEqualTo(2);
  }

  /** The coefficients equal the formulas of Sprint's reference pipeline. */
  @Test
  void scm_coefficients_matchSprintPipelineFormula() {
    double sd = 0.25;
    double x = 0.7;
    double out = -0.4;
    for (SolverStep step : SolverKind.SCM.schedule(SETTINGS.withSigmaData(sd), 3).steps()) {
      double t = step.timestep();
      double s = Math.sin(t) / (Math.cos(t) + Math.sin(t));
      double norm = Math.sqrt(s * s + (1 - s) * (1 - s));
      double input = x / sd * norm;
      double v = ((1 - 2 * s) * input + (1 - 2 * s + 2 * s * s) * out) / norm * sd;
      assertThat(step.modelTimestep()).isEqualTo(s);
      assertThat(step.inputScale() * x).isCloseTo(input, within(1e-12));
      assertThat(step.velocityFromSample() * x + step.velocityFromOutput() * out)
          .isCloseTo(v, within(1e-12));
    }
  }

  @Test
  void solverSettings_outOfRange_throwsNamingSetting() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withFlowShift(0))
        .withMessage("flow shift 0.0: must be above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withFlowShift(Double.NaN))
        .withMessageContaining("NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withSolverOrder(3))
        .withMessage("solver order 3: must be 1 or 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withSigmaData(-1))
        .withMessageContaining("sigma_data");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withNumTrainTimesteps(1))
        .withMessageContaining("training timesteps");
  }

  @ParameterizedTest
  @EnumSource(SolverKind.class)
  void solverKind_ofLabel_roundTrips(SolverKind kind) {
    assertThat(SolverKind.of(kind.label())).isEqualTo(kind);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SolverKind.of("ddim"))
        .withMessageContaining("ddim")
        .withMessageContaining(kind.label());
  }
}
