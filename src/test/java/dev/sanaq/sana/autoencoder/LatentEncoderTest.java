package dev.sanaq.sana.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.preprocess.CannyEdges;
import dev.sanaq.image.preprocess.ControlPreprocessor;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LatentEncoderTest {
  private static final ImageSize SIZE = new ImageSize(64, 96);

  /** The preprocessor sees the image in the generated size. */
  @Test
  void encode_withPreprocessor_equalsThatOfReadyLines() {
    RgbImage image = TestImages.read(Fixtures.path("conditioning/img2img-dpm/source.png"));
    RgbImage lines =
        CannyEdges.DEFAULT.process(PillowResizer.resize(image, SIZE, PillowResizer.Filter.LANCZOS));
    try (LatentEncoder encoder =
        new LatentEncoder(checkpoint(), DevicePlacement.cpu(Precision.FP32))) {
      float[] preprocessed = encode(encoder, image, Optional.of(CannyEdges.DEFAULT));
      assertThat(preprocessed)
          .isEqualTo(encode(encoder, lines, Optional.empty()))
          .isNotEqualTo(encode(encoder, image, Optional.empty()));
    }
  }

  /**
   * Tiles see less of the image than the whole encoder does, so the latents differ where they meet.
   */
  @Test
  void encodeTiled_isNearWhole() {
    int side = 256;
    RgbImage image =
        PillowResizer.resize(
            TestImages.read(Fixtures.path("conditioning/img2img-dpm/source.png")),
            new ImageSize(side, side),
            PillowResizer.Filter.LANCZOS);
    float[] planes = PlanarFloatImage.of(image).values();
    try (AutoencoderDC autoencoder =
            AutoencoderDC.load(checkpoint(), DevicePlacement.cpu(Precision.FP32));
        ScriptValue pixels = ScriptValue.floats(planes, 1, 3, side, side);
        ScriptValue whole = autoencoder.encodeToHost(pixels);
        ScriptValue oneTile = autoencoder.encodeTiledToHost(pixels, 1024, 896);
        ScriptValue tiled = autoencoder.encodeTiledToHost(pixels, 192, 128)) {
      assertThat(tiled.shape()).isEqualTo(whole.shape());
      assertThat(oneTile.toFloats()).isEqualTo(whole.toFloats());
      double error = NumericAssertions.relativeError(tiled.toFloats(), whole.toFloats());
      assertThat(error).isBetween(1e-6, 0.5);
    }
  }

  private static Checkpoint checkpoint() {
    return Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
  }

  private static float[] encode(
      LatentEncoder encoder, RgbImage image, Optional<ControlPreprocessor> preprocessor) {
    ControlImage control = new ControlImage("", image, 1, GuidanceInterval.ALL_STEPS, preprocessor);
    return encoder.encode(Conditioning.NONE.withControl(control), SIZE).control().orElseThrow();
  }
}
