package dev.sanaq.sana.autoencoder;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.script.ScriptSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding, encoding and tiled decoding equal the reference. */
class AutoencoderDCParityTest {
  private static final double BOUND = 5e-5;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "other-sizes"})
  void decodeAndEncode_equalReference(String model) {
    for (Kernels kernels : Kernels.values()) {
      compareImages(model, kernels);
    }
  }

  private static void compareImages(String model, Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/vae.safetensors");
    JsonNode cases = Fixtures.json(model + "/vae.json").get("cases");
    int tiled = 0;
    int encoded = 0;
    try (AutoencoderDC autoencoder = load(model, Precision.FP32, kernels)) {
      for (int i = 0; i < cases.size(); i++) {
        Tensor decoded = tensor(answers, i + ".decoded");
        try (ScriptValue latents = value(tensor(answers, i + ".latent"));
            ScriptValue image = decode(autoencoder, latents, cases.get(i))) {
          assertThat(image.shape()).isEqualTo(decoded.shape());
          assertClose("decoded " + i, image.toFloats(), decoded.floats(), BOUND);
        }
        tiled += cases.get(i).has("tile") ? 1 : 0;
        if (answers.containsKey(i + ".image")) {
          try (ScriptValue image = value(tensor(answers, i + ".image"));
              ScriptValue latents = autoencoder.encode(image)) {
            float[] expected = tensor(answers, i + ".encoded").floats();
            assertClose("encoded " + i, latents.toFloats(), expected, BOUND);
          }
          encoded++;
        }
      }
    }
    assertThat(tiled).as("tiled cases").isPositive();
    assertThat(encoded).as("encoded cases").isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void decode_bf16_nearFp32Reference(Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana/vae.safetensors");
    try (AutoencoderDC autoencoder = load("tiny-sana", Precision.BF16, kernels);
        ScriptValue latents = value(tensor(answers, "0.latent"));
        ScriptValue image = autoencoder.decode(latents)) {
      float[] expected = tensor(answers, "0.decoded").floats();
      assertThat(NumericAssertions.relativeError(image.toFloats(), expected)).isLessThan(0.03);
    }
  }

  /** Packed weights process the image in strips, plain weights as a whole. */
  @Test
  void decode_inStrips_equalsUnstripped() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32);
    ScriptSource part = AutoencoderDC.scriptSource(checkpoint.autoencoder(), Precision.FP32);
    try (AutoencoderDC inStrips = load("tiny-sana", Precision.FP32);
        ScriptProgram whole = ScriptProgram.compile(part, placement);
        ScriptValue latents = Torch.normal(5, 1, 1, 8, 33, 32).get(0)) {
      WeightLoader.load(checkpoint.autoencoderTensors(), whole);
      try (ScriptValue expected = whole.call("decode", latents);
          ScriptValue image = inStrips.decode(latents)) {
        assertClose("in strips", image.toFloats(), expected.toFloats(), BOUND);
      }
    }
  }

  /**
   * The difference between neighbouring lines is no larger at the seams of tiles than elsewhere.
   */
  @ParameterizedTest
  @CsvSource({"256, 128, 96", "1024, 512, 448"})
  void decodeTiled_leavesNoSeams(int side, int tile, int stride) {
    try (AutoencoderDC autoencoder = load("tiny-sana", Precision.FP32);
        ScriptValue latents = Torch.normal(3, 1, 1, 8, side / 32, side / 32).get(0);
        ScriptValue whole = autoencoder.decode(latents);
        ScriptValue tiled = autoencoder.decodeTiled(latents, tile, stride)) {
      // Borders of 32-pixel blocks differ anyway, so the image decoded as a whole is the baseline.
      double natural = borders(whole.toFloats(), side, tile, stride);
      assertThat(borders(tiled.toFloats(), side, tile, stride)).isLessThan(1.1 * natural);
    }
  }

  /** The mean difference at the tiles' borders, relative to that everywhere. */
  private static double borders(float[] image, int side, int tile, int stride) {
    double everywhere = 0;
    double atBorders = 0;
    int borders = 0;
    for (int y = 1; y < side; y++) {
      double step = step(image, side, y);
      everywhere += step / (side - 1);
      // A tile fades in over the last lines of its neighbour; both ends of the overlap are borders.
      if (y % stride == 0 || y > stride && (y - (tile - stride)) % stride == 0) {
        atBorders += step;
        borders++;
      }
    }
    assertThat(borders).isGreaterThanOrEqualTo(3);
    return atBorders / borders / everywhere;
  }

  private static double step(float[] image, int side, int y) {
    double sum = 0;
    for (int plane = 0; plane < 3; plane++) {
      for (int x = 0; x < side; x++) {
        int at = (plane * side + y) * side + x;
        sum += Math.abs(image[at] - image[at - side]);
      }
    }
    return sum;
  }

  private static ScriptValue decode(
      AutoencoderDC autoencoder, ScriptValue latents, JsonNode arguments) {
    return arguments.has("tile")
        ? autoencoder.decodeTiled(
            latents, arguments.get("tile").intValue(), arguments.get("stride").intValue())
        : autoencoder.decode(latents);
  }

  private static ScriptValue value(Tensor tensor) {
    return ScriptValue.floats(tensor.floats(), tensor.shape());
  }

  private static AutoencoderDC load(String model, Precision precision) {
    return load(model, precision, Kernels.PACKED);
  }

  private static AutoencoderDC load(String model, Precision precision, Kernels kernels) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"));
    return AutoencoderDC.load(checkpoint, DevicePlacement.cpu(precision).withKernels(kernels));
  }
}
