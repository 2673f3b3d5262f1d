package dev.sanaq.sana.autoencoder;

import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.CoverAndCrop;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.NotANumberException;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a GPU does after the decoder's last layer, run on the CPU. */
class DeviceImagesTest {
  private static final DevicePlacement PLAIN =
      DevicePlacement.cpu(Precision.FP32).withKernels(Kernels.PLAIN);
  private static final ImageSize SIZE = new ImageSize(48, 80);
  private static final int LENGTH = 3 * 48 * 80;

  private final Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
  private AutoencoderDC autoencoder;

  @BeforeEach
  void load() {
    autoencoder = AutoencoderDC.loadDecoder(checkpoint, PLAIN);
  }

  @AfterEach
  void close() {
    autoencoder.close();
  }

  /** The same size, larger, smaller, cropped on either axis, and more lines than a part has. */
  @ParameterizedTest
  @CsvSource({"48, 80", "96, 160", "24, 40", "48, 48", "31, 80", "1, 1", "1700, 1301"})
  void toRgb_givesTheBytesOfJava(int height, int width) {
    ImageSize requested = new ImageSize(height, width);
    float[] values = values(2);
    try (ScriptValue images = ScriptValue.floats(values, 2, 3, SIZE.height(), SIZE.width())) {
      autoencoder.requireNumbers(images, SIZE, requested);
      List<RgbImage> actual = autoencoder.toRgb(images, SIZE, requested);
      assertThat(actual).hasSize(2);
      for (int i = 0; i < 2; i++) {
        RgbImage expected =
            java(Arrays.copyOfRange(values, i * LENGTH, (i + 1) * LENGTH), requested);
        assertThat(actual.get(i).samples()).isEqualTo(expected.samples());
        assertThat(actual.get(i).width()).isEqualTo(width);
        assertThat(actual.get(i).height()).isEqualTo(height);
      }
    }
  }

  /** Random ones, some of them too large, and all that round to a half. */
  private static float[] values(int images) {
    Random random = new Random(7);
    float[] values = new float[images * LENGTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 9 == 0 ? 2 * ((i % 256 + 0.5f) / 255) - 1 : (float) random.nextGaussian();
    }
    values[5] = 1e30f;
    values[6] = -1e30f;
    return values;
  }

  private static RgbImage java(float[] values, ImageSize requested) {
    PlanarFloatImage planes = new PlanarFloatImage(SIZE.height(), SIZE.width(), values);
    return VaePostprocessor.toRgb(CoverAndCrop.resize(planes, requested));
  }

  @Test
  void nan_isFoundAtItsPixel() {
    float[] values = values(2);
    values[LENGTH + (1 * 48 + 30) * 80 + 40] = Float.NaN;
    try (ScriptValue images = ScriptValue.floats(values, 2, 3, SIZE.height(), SIZE.width())) {
      assertThatThrownBy(() -> autoencoder.requireNumbers(images, SIZE, SIZE))
          .isInstanceOf(NotANumberException.class)
          .hasMessageContaining("row 30, column 40, channel 1");
    }
  }

  /** Infinities of both signs add up to NaN, and pixels outside of the crop do not matter. */
  @Test
  void noNanInTheResult_isNoError() {
    float[] values = new float[LENGTH];
    values[0] = Float.POSITIVE_INFINITY;
    values[9] = Float.NEGATIVE_INFINITY;
    values[3] = Float.NaN;
    ImageSize centre = new ImageSize(48, 48);
    try (ScriptValue images = ScriptValue.floats(values, 1, 3, SIZE.height(), SIZE.width())) {
      assertThatCode(() -> autoencoder.requireNumbers(images, SIZE, centre))
          .doesNotThrowAnyException();
      assertThat(autoencoder.toRgb(images, SIZE, centre)).hasSize(1);
      assertThatThrownBy(() -> autoencoder.requireNumbers(images, SIZE, SIZE))
          .isInstanceOf(NotANumberException.class);
    }
  }

  @Test
  void tiles_areTheSameOnTheDeviceAsOnTheHost() {
    try (AutoencoderDC packed =
            AutoencoderDC.loadDecoder(checkpoint, DevicePlacement.cpu(Precision.FP32));
        ScriptValue latents = Torch.normal(3, 1, 1, 8, 9, 7).get(0);
        ScriptValue expected = packed.decodeTiled(latents, 128, 96);
        ScriptValue actual = autoencoder.decodeTiled(latents, 128, 96)) {
      assertClose("tiles", actual.toFloats(), expected.toFloats(), 5e-5);
    }
  }

  /** repeat_interleave, then pixel_shuffle, as in the reference, by its definition. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 12, 24})
  void upsamplingShortcut_isPixelShuffleOfRepeatedChannels(int in) {
    int out = 6;
    int height = 2;
    int width = 3;
    try (ScriptProgram program =
            ScriptProgram.compile(
                AutoencoderDC.scriptSource(checkpoint.autoencoder(), Precision.FP32), PLAIN);
        ScriptValue x = Torch.normal(1, 1, 2, in, height, width).get(0);
        ScriptValue y = Torch.normal(2, 1, 2, out, 2 * height, 2 * width).get(0);
        ScriptValue sum = program.call("add_upsampled", x, y)) {
      float[] from = x.toFloats();
      float[] expected = y.toFloats();
      int repeats = 4 * out / in;
      for (int i = 0; i < expected.length; i++) {
        int column = i % (2 * width);
        int row = i / (2 * width) % (2 * height);
        int channel = i / (4 * width * height) % out;
        int image = i / (4 * width * height * out);
        int source = (4 * channel + 2 * (row % 2) + column % 2) / repeats;
        expected[i] += from[((image * in + source) * height + row / 2) * width + column / 2];
      }
      assertThat(sum.toFloats()).containsExactly(expected);
    }
  }
}
