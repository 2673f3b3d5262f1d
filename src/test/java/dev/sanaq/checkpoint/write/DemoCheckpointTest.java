package dev.sanaq.checkpoint.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled checkpoint is complete and small, and follows the prompt. */
class DemoCheckpointTest {
  private static final int SIDE = 128;
  private static final long MAX_BYTES = 15_000_000;

  @Test
  void demoCheckpoint_isComplete_smallAndHasDefaults(@TempDir Path parent) throws IOException {
    Path folder = DemoCheckpoint.write(parent);
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertThat(checkpoint.name()).isEqualTo(DemoCheckpoint.NAME);
    assertThat(checkpoint.defaultSize()).isEqualTo(SIDE);
    assertThat(checkpoint.guidanceScale()).hasValue(2.5);
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = files.filter(Files::isRegularFile).mapToLong(DemoCheckpointTest::size).sum();
      assertThat(bytes).isLessThan(MAX_BYTES);
    }
  }

  @Test
  void generate_colouredPrompt_hasThoseColours(@TempDir Path parent) {
    PipelineOptions options = new PipelineOptions("fp32", "", 0, "cpu", List.of(), false);
    try (SanaPipeline pipeline = SanaPipeline.load(DemoCheckpoint.write(parent), options)) {
      RgbImage heart = generate(pipeline, "a red heart");
      assertColor(heart, SIDE / 2, SIDE / 2, 220, 40, 60);
      assertColor(heart, 3, 3, 255, 255, 255);
      RgbImage banana = generate(pipeline, "a banana on a blue background");
      assertColor(banana, 3, 3, 0x4a, 0x86, 0xe8);
    }
  }

  private static RgbImage generate(SanaPipeline pipeline, String prompt) {
    double guidance = pipeline.model().guidanceScale();
    GenerationParams params =
        new GenerationParams(
            prompt, "", SIDE, SIDE, 20, guidance, 1, 1, SolverKind.FLOW_DPM, true, true, List.of());
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }

  private static void assertColor(RgbImage image, int x, int y, int... expected) {
    for (int channel = 0; channel < expected.length; channel++) {
      int level = image.samples()[3 * (y * image.width() + x) + channel] & 0xff;
      assertThat(level)
          .as("channel %s at %s, %s", channel, x, y)
          .isBetween(expected[channel] - 60, expected[channel] + 60);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
