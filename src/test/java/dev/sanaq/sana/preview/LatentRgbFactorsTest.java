package dev.sanaq.sana.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The linear map of previews: its file, its fit, and the pictures that it makes. */
class LatentRgbFactorsTest {
  private static final float[][] FACTORS = {{0.5f, 0, 0.25f}, {0, -1, 0.25f}};
  private static final float[] BIAS = {0, 0.5f, -0.5f};

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path folder;

  @Test
  void file_isReadAsItWasWritten() throws IOException {
    assertThat(LatentRgbFactors.read(folder, 2)).isEmpty();
    new LatentRgbFactors(FACTORS, BIAS).write(folder);
    LatentRgbFactors read = LatentRgbFactors.read(folder, 2).orElseThrow();
    assertThat(Files.readString(folder.resolve("latent_rgb_factors.json")))
        .startsWith("{\"latent_rgb_factors\":[[0.5,0.0,0.25],");
    // Red is half of the first channel; green 0.5 less the second; blue a quarter of both less 0.5.
    RgbImage image = read.toRgb(new float[] {1, -1, 0, 1}, 0, 1, 2);
    assertThat(image.samples()).containsExactly(191, 191, 96, 64, 64, 64);
    assertThatThrownBy(() -> LatentRgbFactors.read(folder, 32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("latent_rgb_factors")
        .hasMessageContaining("a list of 32 items, one for each channel")
        .hasMessageContaining("2 items");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | a list of 2 items",
        "{\"latent_rgb_factors\": 3} | a list of 2 items",
        "{\"latent_rgb_factors\": [[1, 2, 3], [1, 2]]} | latent_rgb_factors[1]",
        "{\"latent_rgb_factors\": [[1, 2, 3], [1, 2, 3, 4]]} | latent_rgb_factors[1]",
        "{\"latent_rgb_factors\": [[1, 2, \"3\"], [1, 2, 3]]} | latent_rgb_factors[0]",
        "{\"latent_rgb_factors\": [[1, 2, 3], [1, 2, 1e400]]} | latent_rgb_factors[1]",
        "{\"latent_rgb_factors\": [[1, 2, 3], [1, 2, 3]], \"latent_rgb_factors_bias\": 0} |"
            + " latent_rgb_factors_bias",
        "[] | a JSON object"
      })
  void brokenFile_isRefusedWithItsPlace(String json, String message) throws IOException {
    Files.writeString(folder.resolve(LatentRgbFactors.FILE), json);
    assertThatThrownBy(() -> LatentRgbFactors.read(folder, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(LatentRgbFactors.FILE)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "8,8,8,8",
    "32,32,32,32",
    "16,64,16,64",
    "33,33,17,17",
    "64,64,32,32",
    "128,48,43,16"
  })
  void picture_hasAPixelForEachLatent_orForASquareOfThem(
      int height, int width, int rows, int columns) {
    float[] latents = new float[2 * 2 * height * width];
    Arrays.fill(latents, 2 * height * width, latents.length, 1f);
    RgbImage image = new LatentRgbFactors(FACTORS, BIAS).toRgb(latents, 1, height, width);
    assertThat(image.height()).isEqualTo(rows);
    assertThat(image.width()).isEqualTo(columns);
    for (int i = 0; i < image.samples().length; i++) {
      // The second image of the pass: all of its latents are 1.
      assertThat(image.samples()[i] & 0xff).isEqualTo(new int[] {191, 64, 128}[i % 3]);
    }
  }

  @Test
  void latentsThatAreNoNumbers_giveAPicture() {
    float[] latents = {Float.NaN, Float.POSITIVE_INFINITY, 0, Float.NEGATIVE_INFINITY};
    assertThat(new LatentRgbFactors(FACTORS, BIAS).toRgb(latents, 0, 1, 2).samples()).hasSize(6);
  }

  @Test
  void fit_findsTheMapThatMadeTheColours() {
    LatentRgbFit fit = new LatentRgbFit(2);
    assertThatThrownBy(fit::solve)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0 latents are too few for 2 channels");
    LatentRgbFactors truth = new LatentRgbFactors(FACTORS, BIAS);
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      float[] latents = new float[2 * 4 * 4];
      for (int j = 0; j < latents.length; j++) {
        latents[j] = (random.nextFloat() - 0.5f) * 0.8f;
      }
      fit.add(latents, enlarge(truth.toRgb(latents, 0, 4, 4), 3), 3);
    }
    assertThat(fit.samples()).isEqualTo(640);
    assertThat(fit.explainedVariance()).isGreaterThan(0.999);
    float[] fresh = {0.3f, -0.2f, -0.1f, 0.4f};
    byte[] expected = truth.toRgb(fresh, 0, 1, 2).samples();
    byte[] fitted = fit.solve().toRgb(fresh, 0, 1, 2).samples();
    for (int i = 0; i < expected.length; i++) {
      assertThat(fitted[i] & 0xff).isBetween((expected[i] & 0xff) - 1, (expected[i] & 0xff) + 1);
    }
  }

  @Test
  void fit_ofColoursThatTheLatentsDoNotTell_explainsLittle_andStaysFinite() {
    LatentRgbFit fit = new LatentRgbFit(2);
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] samples = new byte[3];
      random.nextBytes(samples);
      // The second channel never varies.
      fit.add(new float[] {random.nextFloat(), 1}, new RgbImage(1, 1, samples), 1);
    }
    assertThat(fit.explainedVariance()).isBetween(0.0, 0.1);
    assertThat(fit.solve().toRgb(new float[] {0.5f, 1}, 0, 1, 1).samples()).hasSize(3);
  }

  private static RgbImage enlarge(RgbImage image, int factor) {
    int width = image.width() * factor;
    byte[] samples = new byte[3 * width * image.height() * factor];
    for (int i = 0; i < samples.length; i++) {
      int x = i / 3 % width / factor;
      int y = i / 3 / width / factor;
      samples[i] = image.samples()[3 * (y * image.width() + x) + i % 3];
    }
    return new RgbImage(width, image.height() * factor, samples);
  }
}
