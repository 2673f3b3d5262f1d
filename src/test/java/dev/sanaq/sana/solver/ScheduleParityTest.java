package dev.sanaq.sana.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables and trajectories of every solver equal the reference, on the velocity field of {@code
 * scheduler.json}. The noise of the SCM cases is in {@code scheduler-noise.safetensors}: one tensor
 * of the sample's shape per step, from torch's CPU generator with the case's seed + 1.
 */
class ScheduleParityTest {
  private static final Map<String, Tensor> ANSWERS = Fixtures.tensors("scheduler.safetensors");
  private static final Map<String, Tensor> NOISE = Fixtures.tensors("scheduler-noise.safetensors");

  /** Largest deviation of a sample; seen: 1.5e-6, five units in the last place of a value of 3. */
  private static final double BOUND = 3e-6;

  record Case(int index, String scheduler, int steps, double shift) {
    Schedule schedule() {
      SolverKind kind =
          switch (scheduler) {
            case "dpm" -> SolverKind.FLOW_DPM;
            case "euler" -> SolverKind.FLOW_EULER;
            case "scm" -> SolverKind.SCM;
            default -> throw new IllegalArgumentException(scheduler);
          };
      return kind.schedule(SolverSettings.PUBLISHED.withFlowShift(shift), steps);
    }

    Tensor answer(String what) {
      return Fixtures.tensor(ANSWERS, index + "." + what);
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (JsonNode node : Fixtures.json("scheduler.json").get("cases")) {
      cases.add(
          new Case(
              cases.size(),
              node.get("scheduler").textValue(),
              node.get("steps").intValue(),
              node.path("flow_shift").asDouble(3.0)));
    }
    assertThat(cases).hasSize(9);
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void timesteps_equalReference(Case c) {
    List<Double> expected = new ArrayList<>();
    for (double timestep : c.answer("timesteps").values()) {
      expected.add(timestep);
    }
    if (c.scheduler.equals("scm")) {
      expected.remove(expected.size() - 1); // the end of the last step
    }
    assertThat(c.schedule().steps()).extracting(SolverStep::timestep).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sigmas_equalReference(Case c) {
    if (c.scheduler.equals("scm")) {
      assertThat(ANSWERS).doesNotContainKey(c.index + ".sigmas");
      return;
    }
    double[] sigmas = c.answer("sigmas").values();
    List<SolverStep> steps = c.schedule().steps();
    for (int i = 0; i < steps.size(); i++) {
      SolverStep step = steps.get(i);
      double stated =
          c.scheduler.equals("dpm") ? -step.x0FromVelocity() : sigmas[i + 1] - step.nextFromX0();
      assertThat(stated).as("sigma %s", i).isCloseTo(sigmas[i], within(1e-7));
    }
    assertThat(steps).hasSize(sigmas.length - 1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trajectory_everySample_equalsReference(Case c) {
    Schedule schedule = c.schedule();
    Tensor trajectory = c.answer("trajectory");
    float[] x = trajectory.row(0).floats();
    float[] m1 = new float[x.length];
    for (int i = 0; i < schedule.steps().size(); i++) {
      SolverStep step = schedule.steps().get(i);
      float[] m0 = prediction(step, x);
      float[] next = new float[x.length];
      for (int k = 0; k < x.length; k++) {
        next[k] =
            (float)
                (step.nextFromSample() * x[k]
                    + step.nextFromX0() * m0[k]
                    + step.nextFromPreviousX0() * m1[k]);
      }
      if (step.addsNoise()) {
        float[] z = Fixtures.tensor(NOISE, c.index + ".noise").row(i).floats();
        for (int k = 0; k < x.length; k++) {
          next[k] += (float) (step.nextFromNoise() * z[k]);
        }
      }
      assertThat(distance(next, trajectory.row(i + 1))).as("after step %s", i).isLessThan(BOUND);
      x = next;
      m1 = m0;
    }
    assertThat(trajectory.shape()[0]).isEqualTo(schedule.steps().size() + 1);
    if (c.scheduler.equals("scm")) {
      assertThat(distance(x, c.answer("denoised"))).isLessThan(BOUND);
    }
  }

  /** The largest absolute difference. */
  private static double distance(float[] actual, Tensor expected) {
    assertThat(actual).hasSameSizeAs(expected.values());
    double largest = 0;
    for (int k = 0; k < actual.length; k++) {
      largest = Math.max(largest, Math.abs(actual[k] - expected.values()[k]));
    }
    return largest;
  }

  private static float[] prediction(SolverStep step, float[] x) {
    float[] m0 = new float[x.length];
    for (int k = 0; k < x.length; k++) {
      float v =
          (float) (Math.tanh(x[k]) * 0.7 + 0.1 * Math.sin(step.timestep() / 100) + 0.05 * x[k]);
      m0[k] = (float) (step.x0FromSample() * x[k] + step.x0FromVelocity() * v);
    }
    return m0;
  }
}
