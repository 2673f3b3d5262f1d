package dev.sanaq.sana;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static dev.sanaq.sana.TestGenerationParams.withSize;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.torch.ScriptValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Low-memory mode uses less memory and gives the same image. */
class LowMemoryTest {
  @TempDir private Path folder = Path.of("");

  @Test
  @EnabledOnOs(OS.LINUX)
  void lowMemory_afterEncoding_releasesTextEncoderSameImage() throws IOException {
    Path model = DemoCheckpoint.write(folder);
    GenerationParams fox = fox(3);
    try (SanaPipeline ordinary = load(model, false)) {
      GenerationResult expected = ordinary.generate(fox, ProgressListener.NONE);
      assertThat(residentKibibytes(model)).as("otherwise").isGreaterThan(100);
      Path other = DemoCheckpoint.write(Files.createDirectory(folder.resolve("other")));
      try (SanaPipeline lowMemory = load(other, true)) {
        List<Long> resident = new ArrayList<>();
        GenerationResult result =
            lowMemory.generate(fox, (done, steps) -> resident.add(residentKibibytes(other)));
        assertThat(resident).hasSize(1 + fox.steps()).containsOnly(0L);
        assertThat(result.images().get(0).samples()).isEqualTo(expected.images().get(0).samples());
      }
    }
  }

  @Test
  void lowMemory_largeImage_isDecodedInTiles() {
    try (SanaPipeline lowMemory = load(TestGenerationParams.checkpointPath("tiny-sana"), true)) {
      assertThat(tiles(lowMemory, withSize(fox(1), 1088, 1536))).containsExactly(896);
      assertThat(tiles(lowMemory, withSize(fox(1), 1056, 1024))).containsExactly(0);
    }
  }

  private static List<Integer> tiles(SanaPipeline pipeline, GenerationParams params) {
    List<Integer> tiles = new ArrayList<>();
    pipeline.generate(
        params,
        ProgressListener.NONE,
        new PipelineProbe() {
          @Override
          public void onStepEnd(int done, ScriptValue latents) {}

          @Override
          public void onDecode(int tile) {
            tiles.add(tile);
          }
        });
    return tiles;
  }

  private static SanaPipeline load(Path model, boolean lowMemory) {
    return SanaPipeline.load(
        model, new PipelineOptions("fp32", "", 0, "cpu", List.of(), lowMemory));
  }

  /** Resident memory of the text encoder's mapped files, in KiB. */
  private static long residentKibibytes(Path model) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    long resident = 0;
    boolean counts = false;
    for (String line : lines) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        counts = line.contains(model + "/text_encoder/");
      } else if (counts && line.startsWith("Rss:")) {
        resident += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return resident;
  }
}
