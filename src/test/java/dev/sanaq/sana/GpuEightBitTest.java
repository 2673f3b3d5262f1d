package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole images with a GPU's 8-bit products, which the CPU computes with the same script. */
class GpuEightBitTest {
  /** Trained weights: the same emoji, measured by the difference. */
  @Test
  void trainedCheckpoint_nearlySameImage(@TempDir Path folder) {
    Path checkpoint = DemoCheckpoint.write(folder);
    List<String> prompts = List.of("a red apple", "a rocket on a blue background");
    List<Last> exact = generate(checkpoint, prompts, DevicePlacement.cpu(Precision.FP32));
    List<Last> int8 = generate(checkpoint, prompts, asOnGpu(Precision.INT8));
    List<Last> fp8 = generate(checkpoint, prompts, asOnGpu(Precision.FP8));
    for (int i = 0; i < prompts.size(); i++) {
      assertNear(int8.get(i), exact.get(i), 0.06, 1.5);
      assertNear(fp8.get(i), exact.get(i), 0.2, 4);
    }
  }

  private static void assertNear(Last near, Last exact, double bound, double levels) {
    assertThat(NumericAssertions.relativeError(near.latents, exact.latents))
        .as("relative error of the last latents")
        .isBetween(1e-3, bound);
    assertThat(TestImages.meanDifference(near.image, exact.image))
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
    try (SanaPipeline pipeline = load(checkpoint, asOnGpu(precision))) {
      List<RgbImage> together = images(pipeline, TestGenerationParams.withCount(fox, 3));
      for (int i = 0; i < 3; i++) {
        RgbImage alone = images(pipeline, TestGenerationParams.singleImage(fox, i)).get(0);
        assertThat(TestImages.meanDifference(together.get(i), alone)).isLessThan(1.5);
      }
    }
  }

  private static DevicePlacement asOnGpu(Precision precision) {
    return DevicePlacement.cpu(precision).withKernels(Kernels.PLAIN);
  }

  private static SanaPipeline load(Path folder, DevicePlacement placement) {
    return SanaPipeline.load(Checkpoint.open(folder, ""), placement, TextEncoder::load);
  }

  private static List<RgbImage> images(SanaPipeline pipeline, GenerationParams params) {
    return pipeline.generate(params, ProgressListener.NONE).images();
  }

  private static List<Last> generate(
      Path checkpoint, List<String> prompts, DevicePlacement placement) {
    List<Last> results = new ArrayList<>();
    try (SanaPipeline pipeline = load(checkpoint, placement)) {
      for (String prompt : prompts) {
        float[][] latents = new float[1][];
        PipelineProbe probe = (done, all) -> latents[0] = all.toFloats();
        GenerationParams emoji = TestGenerationParams.emoji(prompt, 20);
        RgbImage image = pipeline.generate(emoji, ProgressListener.NONE, probe).images().get(0);
        results.add(new Last(latents[0], image));
      }
    }
    return results;
  }

  /** The latents after the last step, and the image. */
  private record Last(float[] latents, RgbImage image) {}
}
