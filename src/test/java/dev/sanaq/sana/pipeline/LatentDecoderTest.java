package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.collection.LearnedLimits;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.TorchException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When an image is decoded as a whole. */
class LatentDecoderTest {
  private static final DevicePlacement CPU = DevicePlacement.cpu(Precision.FP32);
  private static final DevicePlacement GPU = DevicePlacement.gpu(Precision.FP32, "for the test");

  private AutoencoderDC autoencoder;

  @BeforeEach
  void load() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    autoencoder = AutoencoderDC.loadDecoder(checkpoint, CPU);
  }

  @AfterEach
  void close() {
    autoencoder.close();
  }

  @Test
  void onGpu_noTensorExceeds32BitIndices() {
    long pixels = Integer.MAX_VALUE / autoencoder.maxElementsPerPixel();
    assertThat(decoder(GPU).fitsUntiled(pixels)).isTrue();
    assertThat(decoder(GPU).fitsUntiled(pixels + 1)).isFalse();
    assertThat(decoder(CPU).fitsUntiled(pixels + 1)).isTrue();
  }

  @Test
  void tilesAfterOneFailure_wholeAgainAfterManyImages() {
    LatentDecoder decoder = decoder(CPU);
    List<Integer> tiles = new ArrayList<>();
    decode(decoder, tiles, true);
    assertThat(tiles).containsExactly(0, 512);
    for (int i = 1; i < LearnedLimits.SUCCESSES; i++) {
      tiles.clear();
      decode(decoder, tiles, false);
      assertThat(tiles).containsExactly(512);
    }
    tiles.clear();
    decode(decoder, tiles, false);
    assertThat(tiles).containsExactly(0);
  }

  private static void decode(LatentDecoder decoder, List<Integer> tiles, boolean wholeRunsOut) {
    PipelineProbe probe =
        new PipelineProbe() {
          @Override
          public void onStepEnd(int step, ScriptValue latents) {}

          @Override
          public void onDecode(int tile) {
            tiles.add(tile);
            if (wholeRunsOut && tile == 0) {
              throw new TorchException("CUDA out of memory", new IllegalStateException());
            }
          }
        };
    decoder.decode(new float[8 * 2 * 17], new long[] {1, 8, 2, 17}, new ImageSize(64, 544), probe);
  }

  private LatentDecoder decoder(DevicePlacement placement) {
    return new LatentDecoder(autoencoder, placement, () -> OptionalLong.of(1L << 50), false);
  }
}
