package dev.sanaq.sana.conditioning;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Image to image, inpainting, ControlNet and perturbed-attention guidance: latents and images equal
 * the reference.
 */
class ConditioningParityTest {
  private static final double LATENTS = 2e-4;

  /** SCM's data predictions are the latents times this. */
  private static final float SIGMA_DATA = 0.5f;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "img2img-dpm",
        "img2img-euler",
        "img2img-full",
        "img2img-sprint",
        "inpaint-dpm",
        "controlnet",
        "pag",
        "img2img-wide",
        "inpaint-wide",
        "controlnet-wide"
      })
  void generate_latentsAndImage_equalReference(String name) {
    ConditioningFixture fixture = ConditioningFixture.of(name);
    Map<String, Tensor> answers = fixture.answers();
    for (Kernels kernels : Kernels.values()) {
      DevicePlacement placement = DevicePlacement.cpu(Precision.FP32).withKernels(kernels);
      Checkpoint checkpoint = Checkpoint.open(fixture.checkpoint(folder));
      try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, placement, TextEncoder::load)) {
        GenerationParams params = fixture.params(pipeline.model().solver());
        List<float[]> seen = new ArrayList<>();
        GenerationResult result =
            pipeline.generate(
                params, ProgressListener.NONE, (done, latents) -> seen.add(latents.toFloats()));
        compareSteps(name + " " + kernels, seen, answers);
        float[] last = seen.get(seen.size() - 1);
        if (params.solver() == SolverKind.SCM) {
          for (int i = 0; i < last.length; i++) {
            last[i] /= SIGMA_DATA;
          }
        }
        assertClose(
            name + " final latents",
            last,
            tensor(answers, "final_latents").row(0).floats(),
            LATENTS);
        TestImages.assertWithinOneLevel(result.images().get(0), fixture.image(), 0.001);
      }
    }
  }

  private static void compareSteps(String what, List<float[]> seen, Map<String, Tensor> answers) {
    if (!answers.containsKey("steps")) {
      return;
    }
    Tensor steps = tensor(answers, "steps");
    assertThat(seen).as(what).hasSize((int) steps.shape()[0]);
    for (int i = 0; i < seen.size(); i++) {
      assertClose(what + " after step " + (i + 1), seen.get(i), steps.row(i).floats(), LATENTS);
    }
  }
}
