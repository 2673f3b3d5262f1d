package dev.sanaq.sana.conditioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.preprocess.CannyEdges;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ControlNet that ships follows edges: images of objects that were mirrored, as no prompt alone
 * gives them.
 */
@Tag("slow") // generates with real networks
class EmojiControlNetTest {
  private static final List<String> PROMPTS =
      List.of(
          "a pear on a white background",
          "a mouse face on a white background",
          "a banana on a white background",
          "a blue fish on a white background",
          "an airplane on a white background",
          "a spouting whale on a white background");
  private static final int SIDE = 128;
  private static final int STEPS = 20;

  /** Edges this many pixels apart count as the same. */
  private static final int TOLERANCE = 1;

  @Test
  void edges_areFollowed(@TempDir Path folder) {
    PipelineOptions options = new PipelineOptions("fp32", "", 0, "cpu", List.of(), false);
    double with = 0;
    double without = 0;
    try (SanaPipeline pipeline = SanaPipeline.load(DemoCheckpoint.write(folder), options)) {
      for (int i = 0; i < PROMPTS.size(); i++) {
        RgbImage control = mirrored(generate(pipeline, PROMPTS.get(i), 7 + i, Optional.empty()));
        RgbImage edges = CannyEdges.DEFAULT.process(control);
        RgbImage free = generate(pipeline, PROMPTS.get(i), 70 + i, Optional.empty());
        RgbImage led = generate(pipeline, PROMPTS.get(i), 70 + i, Optional.of(control));
        without += agreement(edges, CannyEdges.DEFAULT.process(free)) / PROMPTS.size();
        with += agreement(edges, CannyEdges.DEFAULT.process(led)) / PROMPTS.size();
      }
    }
    String seen = String.format(Locale.ROOT, "F1 %.3f with, %.3f without", with, without);
    assertThat(with).as(seen).isGreaterThan(without + 0.1);
  }

  private static RgbImage generate(
      SanaPipeline pipeline, String prompt, long seed, Optional<RgbImage> control) {
    Conditioning conditioning =
        control
            .map(
                image ->
                    Conditioning.NONE.withControl(
                        new ControlImage(
                            "",
                            image,
                            1,
                            GuidanceInterval.ALL_STEPS,
                            Optional.of(CannyEdges.DEFAULT))))
            .orElse(Conditioning.NONE);
    GenerationParams params =
        new GenerationParams(
                prompt,
                "",
                SIDE,
                SIDE,
                STEPS,
                2.5,
                seed,
                1,
                SolverKind.FLOW_DPM,
                false,
                true,
                List.of())
            .withConditioning(conditioning);
    return pipeline.generate(params, (done, steps) -> {}).images().get(0);
  }

  private static RgbImage mirrored(RgbImage image) {
    byte[] samples = new byte[image.samples().length];
    for (int i = 0; i < samples.length / 3; i++) {
      int x = i % image.width();
      int source = i - x + image.width() - 1 - x;
      System.arraycopy(image.samples(), 3 * source, samples, 3 * i, 3);
    }
    return new RgbImage(image.width(), image.height(), samples);
  }

  /** F1: the harmonic mean of the shares of edges of each image that the other one has. */
  private static double agreement(RgbImage a, RgbImage b) {
    double precision = covered(b, a);
    double recall = covered(a, b);
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  /** The share of the edge pixels of an image near one of another image. */
  private static double covered(RgbImage edges, RgbImage by) {
    int all = 0;
    int near = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
      if (edges.samples()[3 * i] != 0) {
        all++;
        near += isNear(by, i % SIDE, i / SIDE) ? 1 : 0;
      }
    }
    return all == 0 ? 0 : (double) near / all;
  }

  private static boolean isNear(RgbImage edges, int x, int y) {
    for (int ny = Math.max(y - TOLERANCE, 0); ny <= Math.min(y + TOLERANCE, SIDE - 1); ny++) {
      for (int nx = Math.max(x - TOLERANCE, 0); nx <= Math.min(x + TOLERANCE, SIDE - 1); nx++) {
        if (edges.samples()[3 * (ny * SIDE + nx)] != 0) {
          return true;
        }
      }
    }
    return false;
  }
}
