package dev.sanaq.worker.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.preprocess.CannyEdges;
import dev.sanaq.image.preprocess.ControlPreprocessors;
import dev.sanaq.image.preprocess.ScribbleThinning;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreparedInputsTest {
  @Test
  void control_hasNameScaleIntervalAndPreprocessor() {
    ControlImage control = control(new JobInputs.Preprocessor("canny", 50, 150, 1.5));
    assertThat(control.controlNet()).isEqualTo("edges");
    assertThat(control.conditioningScale()).isEqualTo(0.8);
    assertThat(control.interval()).isEqualTo(new GuidanceInterval(0.1, 0.5));
    assertThat(control.preprocessor()).contains(new CannyEdges(50, 150, 1.5));
    assertThat(control(new JobInputs.Preprocessor("scribble", 100, 200, 0)).preprocessor())
        .contains(new ScribbleThinning());
  }

  /** The contract's names are those of the preprocessors. */
  @Test
  void everyPreprocessor_hasItsName() {
    for (String name : ControlPreprocessors.NAMES) {
      assertThat(control(new JobInputs.Preprocessor(name, 100, 200, 0)).preprocessor())
          .hasValueSatisfying(made -> assertThat(made.name()).isEqualTo(name));
    }
  }

  private static ControlImage control(JobInputs.Preprocessor preprocessor) {
    JobInputs.Control control =
        new JobInputs.Control(
            new InputSource.Stored("b", "k"),
            "edges",
            0.8,
            List.of(0.1, 0.5),
            Optional.of(preprocessor));
    JobInputs inputs =
        new JobInputs(
            Optional.empty(),
            Optional.empty(),
            0.6,
            true,
            Optional.of(control),
            Optional.empty(),
            Map.of(),
            false);
    return PreparedInputs.placeholder(inputs).control().orElseThrow();
  }
}
