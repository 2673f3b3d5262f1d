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
import dev.sanaq.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The difference between images in int8 and in fp32, for random and for trained weights. */
class Int8Test {
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "other-sizes"})
  void int8_randomWeights_nearFp32(String model) {
    List<float[]> exact = new ArrayList<>();
    List<float[]> near = new ArrayList<>();
    Path checkpoint = Fixtures.path(model + "/checkpoint");
    RgbImage image = generate(checkpoint, TestGenerationParams.fox(7), Precision.FP32, exact);
    RgbImage other = generate(checkpoint, TestGenerationParams.fox(7), Precision.INT8, near);
    double error = NumericAssertions.relativeError(last(near), last(exact));
    // Seen: 0.11. A step's error is about 0.02; guidance amplifies the difference of its two rows.
    assertThat(error).as("relative error of the last latents").isBetween(1e-4, 0.2);
    assertThat(TestImages.meanDifference(image, other))
        .as("mean difference in levels")
        .isLessThan(12);
  }

  /** Trained weights, whole images: the same emoji, measured by the difference. */
  @Test
  void int8_trainedCheckpoint_nearlySameImage(@TempDir Path folder) {
    Path checkpoint = DemoCheckpoint.write(folder);
    try (SanaPipeline fp32 = load(checkpoint, Precision.FP32);
        SanaPipeline int8 = load(checkpoint, Precision.INT8)) {
      for (String prompt : List.of("a red apple", "a dog", "a rocket on a blue background")) {
        GenerationParams emoji = TestGenerationParams.emoji(prompt, 20);
        List<float[]> exact = new ArrayList<>();
        List<float[]> near = new ArrayList<>();
        RgbImage image = generate(fp32, emoji, exact);
        RgbImage other = generate(int8, emoji, near);
        double error = NumericAssertions.relativeError(last(near), last(exact));
        // Seen: 0.023 to 0.027, and 0.37 to 0.54 levels.
        assertThat(error).as("error of the last latents, %s", prompt).isBetween(1e-4, 0.06);
        assertThat(TestImages.meanDifference(image, other)).as(prompt).isLessThan(1.5);
      }
    }
  }

  @Test
  void int8_imageInBatch_independentOfNeighbours() {
    try (SanaPipeline pipeline = load(Fixtures.path("tiny-sana/checkpoint"), Precision.INT8)) {
      GenerationParams fox = TestGenerationParams.fox(41);
      List<RgbImage> together =
          pipeline.generate(TestGenerationParams.withCount(fox, 3), ProgressListener.NONE).images();
      for (int i = 0; i < 3; i++) {
        RgbImage alone =
            pipeline
                .generate(TestGenerationParams.singleImage(fox, i), ProgressListener.NONE)
                .images()
                .get(0);
        TestImages.assertWithinOneLevel(together.get(i), alone, 0.001);
      }
    }
  }

  private static RgbImage generate(
      Path checkpoint, GenerationParams params, Precision precision, List<float[]> latents) {
    try (SanaPipeline pipeline = load(checkpoint, precision)) {
      return generate(pipeline, params, latents);
    }
  }

  private static RgbImage generate(
      SanaPipeline pipeline, GenerationParams params, List<float[]> latents) {
    PipelineProbe probe = (done, all) -> latents.add(all.toFloats());
    return pipeline.generate(params, ProgressListener.NONE, probe).images().get(0);
  }

  private static SanaPipeline load(Path folder, Precision precision) {
    Checkpoint checkpoint = Checkpoint.open(folder, "");
    return SanaPipeline.load(checkpoint, DevicePlacement.cpu(precision), TextEncoder::load);
  }

  private static float[] last(List<float[]> latents) {
    return latents.get(latents.size() - 1);
  }
}
