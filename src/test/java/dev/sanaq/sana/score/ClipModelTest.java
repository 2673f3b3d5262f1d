package dev.sanaq.sana.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.train.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny CLIP beside what transformers answers with it. */
class ClipModelTest {
  private static final int[] SIDES = {128, 300};
  private static final int ROWS_APART = 32;

  private final JsonNode cases = Fixtures.json("clip/clip.json");
  private final Map<String, Tensor> answers = Fixtures.tensors("clip/clip.safetensors");

  @Test
  void textFeatures_matchReference() {
    try (ClipModel clip = ClipModel.open(Fixtures.path("clip"))) {
      for (int i = 0; i < cases.get("captions").size(); i++) {
        String caption = cases.get("captions").get(i).textValue();
        assertThat(clip.tokenIds(caption)).containsExactly(Fixtures.longs(cases.get("ids").get(i)));
        float[] expected = Fixtures.tensor(answers, "text" + i).floats();
        assertThat(TestPrograms.maxAbsDifference(clip.textFeatures(caption), expected))
            .isLessThan(1e-5);
      }
    }
  }

  @Test
  void bicubicResize_matchesPillow() {
    for (int i = 0; i < SIDES.length; i++) {
      byte[] found =
          PillowResizer.resize(
                  pattern(SIDES[i]), new ImageSize(224, 224), PillowResizer.Filter.BICUBIC)
              .samples();
      float[] expected = Fixtures.tensor(answers, "resized" + i).floats();
      for (int k = 0; k < expected.length; k++) {
        int row = k / (3 * 224);
        int level = found[row * ROWS_APART * 3 * 224 + k % (3 * 224)] & 0xff;
        assertThat(level).isEqualTo((int) expected[k]);
      }
    }
  }

  @Test
  void clipScore_matchesReference_neverNegative() {
    try (ClipModel clip = ClipModel.open(Fixtures.path("clip"))) {
      for (int i = 0; i < SIDES.length; i++) {
        float[] expected = Fixtures.tensor(answers, "image" + i).floats();
        assertThat(TestPrograms.maxAbsDifference(clip.imageFeatures(pattern(SIDES[i])), expected))
            .isLessThan(1e-3);
        for (int k = 0; k < cases.get("captions").size(); k++) {
          double score = Math.max(cases.get("scores").get(i).get(k).doubleValue(), 0);
          String caption = cases.get("captions").get(k).textValue();
          assertThat(clip.score(pattern(SIDES[i]), caption))
              .isCloseTo(score, TestPrograms.tolerance(0.01));
        }
      }
    }
  }

  @Test
  void centerSquare_ofWideImage_cropsBothSidesAlike() {
    byte[] samples = new byte[3 * 448 * 224];
    for (int i = 0; i < 448 * 224; i++) {
      samples[3 * i] = (byte) (i % 448 / 2);
      samples[3 * i + 1] = (byte) (i / 448);
    }
    byte[] square = ClipModel.centerSquare(new RgbImage(448, 224, samples));
    assertThat(square).hasSize(3 * 224 * 224);
    for (int i = 0; i < 224 * 224; i++) {
      assertThat(square[3 * i]).isEqualTo((byte) ((i % 224 + 112) / 2));
      assertThat(square[3 * i + 1]).isEqualTo((byte) (i / 224));
    }
  }

  @Test
  void open_missingOrInvalidFile_isNamed(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> ClipModel.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clip.pt is missing");
    Files.writeString(folder.resolve("clip.pt"), "no archive");
    Files.copy(Fixtures.path("clip/tokenizer.json"), folder.resolve("tokenizer.json"));
    assertThatThrownBy(() -> ClipModel.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clip.pt is not a TorchScript file");
  }

  /** The same formula as in the fixture's script. */
  private static RgbImage pattern(int side) {
    byte[] samples = new byte[3 * side * side];
    for (int i = 0; i < samples.length; i++) {
      int x = i / 3 % side;
      int y = i / 3 / side;
      samples[i] = (byte) (x * x / 9 + 13 * y + 50 * (i % 3) + x * y % 31 * 5);
    }
    return new RgbImage(side, side, samples);
  }
}
