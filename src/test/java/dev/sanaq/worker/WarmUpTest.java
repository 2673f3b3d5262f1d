package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.AspectBins;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which sizes a worker generates before its first job. */
class WarmUpTest {
  @Test
  void cpu_defaultSizeAlone() {
    assertThat(warmUp("cpu", Duration.ofMinutes(1))).containsExactly("512x512");
  }

  @Test
  void gpu_everyPublishedAspect_defaultFirst() {
    List<String> published =
        AspectBins.forBase(512).orElseThrow().sizes().stream().map(Object::toString).toList();
    assertThat(warmUp("cuda:0", Duration.ofMinutes(1)))
        .startsWith("512x512")
        .containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void gpu_timeIsUp_defaultSizeAlone() {
    assertThat(warmUp("cuda:0", Duration.ofNanos(-1))).containsExactly("512x512");
  }

  private static List<String> warmUp(String device, Duration maxTime) {
    List<String> sizes = new ArrayList<>();
    ModelAdapter.warmUp(
        new GradientImageGenerator() {
          @Override
          public ModelInfo model() {
            return on(device);
          }

          @Override
          public GenerationResult generate(GenerationParams params, ProgressListener progress) {
            sizes.add(params.width() + "x" + params.height());
            assertThat(params.steps()).isEqualTo(1);
            return super.generate(params, progress);
          }
        },
        maxTime);
    return sizes;
  }

  private static ModelInfo on(String device) {
    ModelInfo m = GradientImageGenerator.MODEL;
    return new ModelInfo(
        m.name(),
        m.compression(),
        512,
        512,
        m.steps(),
        m.guidanceScale(),
        m.guidanceInterval(),
        m.solver(),
        m.solvers(),
        m.adapters(),
        device,
        m.precision());
  }
}
