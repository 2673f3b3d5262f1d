package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Closeness;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Pictures;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far pictures in int8 are from those in fp32, on checkpoints of random weights. */
class Int8Test {
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "other-sizes"})
  void latentsAndPictureAreNearThoseInFp32(String model) {
    List<float[]> exact = new ArrayList<>();
    List<float[]> near = new ArrayList<>();
    RgbImage picture = draw(model, Precision.FP32, exact);
    RgbImage other = draw(model, Precision.INT8, near);
    double error = Closeness.relativeError(last(near), last(exact));
    // Seen: 0.11. A step's error is some 0.02; guidance multiplies what its two halves differ by.
    assertThat(error).as("relative error of the last latents").isBetween(1e-4, 0.2);
    assertThat(meanDifference(picture, other)).as("mean difference in levels").isLessThan(12);
  }

  @Test
  void aPictureDoesNotDependOnItsNeighbours() {
    try (SanaPipeline pipeline = load("tiny-sana", Precision.INT8)) {
      Drawing fox = Drawings.fox(41);
      List<RgbImage> together = pipeline.draw(Drawings.counted(fox, 3), Progress.NONE).images();
      for (int i = 0; i < 3; i++) {
        RgbImage alone = pipeline.draw(Drawings.alone(fox, i), Progress.NONE).images().get(0);
        Pictures.assertWithinOneLevel(together.get(i), alone, 0.001);
      }
    }
  }

  private static RgbImage draw(String model, Precision precision, List<float[]> latents) {
    try (SanaPipeline pipeline = load(model, precision)) {
      Observer observer = (done, all) -> latents.add(all.toFloats());
      return pipeline.draw(Drawings.fox(7), Progress.NONE, observer).images().get(0);
    }
  }

  private static SanaPipeline load(String model, Precision precision) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"), "");
    return SanaPipeline.load(checkpoint, Placement.cpu(precision), TextEncoder::load);
  }

  private static float[] last(List<float[]> latents) {
    return latents.get(latents.size() - 1);
  }

  private static double meanDifference(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int i = 0; i < a.samples().length; i++) {
      sum += Math.abs((a.samples()[i] & 0xff) - (b.samples()[i] & 0xff));
    }
    return sum / a.samples().length;
  }
}
