package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole images with a GPU's 8-bit products, which the CPU computes with the same script. */
class GpuEightBitTest {
  /** Trained weights: the same emoji, measured by the difference. */
  @ParameterizedTest
  @CsvSource({
    "INT8, 0.06, 1.5, a red apple",
    "INT8, 0.06, 1.5, a rocket on a blue background",
    "FP8, 0.2, 4, a red apple",
    "FP8, 0.2, 4, a rocket on a blue background"
  })
  void trainedCheckpoint_nearlySameImage(
      Precision precision, double bound, double levels, String prompt, @TempDir Path folder) {
    Path checkpoint = DemoCheckpoint.write(folder);
    GenerationParams emoji =
        new GenerationParams(
            prompt, "", 128, 128, 20, 2.5, 7, 1, SolverKind.FLOW_DPM, false, true, List.of());
    List<float[]> exact = new ArrayList<>();
    List<float[]> near = new ArrayList<>();
    RgbImage image = generate(checkpoint, emoji, DevicePlacement.cpu(Precision.FP32), exact).get(0);
    RgbImage other = generate(checkpoint, emoji, asOnGpu(precision), near).get(0);
    double error = NumericAssertions.relativeError(last(near), last(exact));
    assertThat(error).as("relative error of the last latents").isBetween(1e-3, bound);
    assertThat(TestImages.meanDifference(image, other))
        .as("mean difference in levels")
        .isLessThan(levels);
  }

  /** Rounding of bf16 alone, see {@code GenerateBatchTest}. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "FP8"})
  void imageInBatch_independentOfNeighbours(Precision precision) {
    Path checkpoint = Fixtures.path("tiny-sana/checkpoint");
    GenerationParams fox = TestGenerationParams.fox(41);
    List<RgbImage> together =
        generate(
            checkpoint,
            TestGenerationParams.withCount(fox, 3),
            asOnGpu(precision),
            new ArrayList<>());
    for (int i = 0; i < 3; i++) {
      RgbImage alone =
          generate(
                  checkpoint,
                  TestGenerationParams.singleImage(fox, i),
                  asOnGpu(precision),
                  new ArrayList<>())
              .get(0);
      assertThat(TestImages.meanDifference(together.get(i), alone)).isLessThan(1.5);
    }
  }

  private static DevicePlacement asOnGpu(Precision precision) {
    return DevicePlacement.cpu(precision).withKernels(Kernels.PLAIN);
  }

  private static List<RgbImage> generate(
      Path folder, GenerationParams params, DevicePlacement placement, List<float[]> latents) {
    try (SanaPipeline pipeline =
        SanaPipeline.load(Checkpoint.open(folder, ""), placement, TextEncoder::load)) {
      PipelineProbe probe = (done, all) -> latents.add(all.toFloats());
      return pipeline.generate(params, ProgressListener.NONE, probe).images();
    }
  }

  private static float[] last(List<float[]> latents) {
    return latents.get(latents.size() - 1);
  }
}
