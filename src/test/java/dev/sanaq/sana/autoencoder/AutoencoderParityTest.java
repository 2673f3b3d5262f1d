package dev.sanaq.sana.autoencoder;

import static dev.sanaq.testing.Closeness.assertClose;
import static dev.sanaq.testing.Fixtures.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.testing.Closeness;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.Part;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding, encoding and tiled decoding against the reference. */
class AutoencoderParityTest {
  private static final double BOUND = 5e-5;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "other-sizes"})
  void decodesAndEncodesAsTheReference(String model) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/vae.safetensors");
    JsonNode cases = Fixtures.json(model + "/vae.json").get("cases");
    int tiled = 0;
    int encoded = 0;
    try (Autoencoder autoencoder = load(model, Precision.FP32)) {
      for (int i = 0; i < cases.size(); i++) {
        Tensor decoded = tensor(answers, i + ".decoded");
        try (Value latents = value(tensor(answers, i + ".latent"));
            Value picture = decode(autoencoder, latents, cases.get(i))) {
          assertThat(picture.shape()).isEqualTo(decoded.shape());
          assertClose("decoded " + i, picture.toFloats(), decoded.floats(), BOUND);
        }
        tiled += cases.get(i).has("tile") ? 1 : 0;
        if (answers.containsKey(i + ".image")) {
          try (Value picture = value(tensor(answers, i + ".image"));
              Value latents = autoencoder.encode(picture)) {
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

  @Test
  void inBf16APictureIsNearTheReferencesInFp32() {
    Map<String, Tensor> answers = Fixtures.tensors("tiny-sana/vae.safetensors");
    try (Autoencoder autoencoder = load("tiny-sana", Precision.BF16);
        Value latents = value(tensor(answers, "0.latent"));
        Value picture = autoencoder.decode(latents)) {
      float[] expected = tensor(answers, "0.decoded").floats();
      assertThat(Closeness.relativeError(picture.toFloats(), expected)).isLessThan(0.03);
    }
  }

  /** On a processor it passes in strips; unpacked weights see it whole. */
  @Test
  void aPictureInStripsIsTheOneDrawnWhole() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    Placement placement = Placement.cpu(Precision.FP32);
    Part part = Autoencoder.part(checkpoint.autoencoder(), Precision.FP32);
    try (Autoencoder inStrips = load("tiny-sana", Precision.FP32);
        Program whole = Program.compile(part, placement);
        Value latents = Torch.normal(5, 1, 1, 8, 33, 32).get(0)) {
      WeightLoader.load(checkpoint.autoencoderTensors(), whole);
      try (Value expected = whole.call("decode", latents);
          Value picture = inStrips.decode(latents)) {
        assertClose("in strips", picture.toFloats(), expected.toFloats(), BOUND);
      }
    }
  }

  /** The step from one line of pixels to the next is no larger where tiles meet than elsewhere. */
  @ParameterizedTest
  @CsvSource({"256, 128, 96", "1024, 512, 448", "1792, 896, 768"})
  void tilesLeaveNoSeams(int side, int tile, int stride) {
    try (Autoencoder autoencoder = load("tiny-sana", Precision.FP32);
        Value latents = Torch.normal(3, 1, 1, 8, side / 32, side / 32).get(0);
        Value whole = autoencoder.decode(latents);
        Value tiled = autoencoder.decodeTiled(latents, tile, stride)) {
      // Blocks of 32 pixels differ by themselves, so the whole picture says what is natural there.
      double natural = borders(whole.toFloats(), side, tile, stride);
      assertThat(borders(tiled.toFloats(), side, tile, stride)).isLessThan(1.1 * natural);
    }
  }

  /** The mean step at the tiles' borders over that everywhere. */
  private static double borders(float[] picture, int side, int tile, int stride) {
    double everywhere = 0;
    double atBorders = 0;
    int borders = 0;
    for (int y = 1; y < side; y++) {
      double step = step(picture, side, y);
      everywhere += step / (side - 1);
      // A tile fades in over the last lines of the one before: both ends of that are borders.
      if (y % stride == 0 || y > stride && (y - (tile - stride)) % stride == 0) {
        atBorders += step;
        borders++;
      }
    }
    assertThat(borders).isGreaterThanOrEqualTo(3);
    return atBorders / borders / everywhere;
  }

  private static double step(float[] picture, int side, int y) {
    double sum = 0;
    for (int plane = 0; plane < 3; plane++) {
      for (int x = 0; x < side; x++) {
        int at = (plane * side + y) * side + x;
        sum += Math.abs(picture[at] - picture[at - side]);
      }
    }
    return sum;
  }

  private static Value decode(Autoencoder autoencoder, Value latents, JsonNode arguments) {
    return arguments.has("tile")
        ? autoencoder.decodeTiled(
            latents, arguments.get("tile").intValue(), arguments.get("stride").intValue())
        : autoencoder.decode(latents);
  }

  private static Value value(Tensor tensor) {
    return Value.floats(tensor.floats(), tensor.shape());
  }

  private static Autoencoder load(String model, Precision precision) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"));
    return Autoencoder.load(checkpoint, Placement.cpu(precision));
  }
}
