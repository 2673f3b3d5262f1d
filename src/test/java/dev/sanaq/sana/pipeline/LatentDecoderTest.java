package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.collection.LearnedLimits;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
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

  private static final LatentDecoder.Sizes SIZES =
      new LatentDecoder.Sizes(
          new long[] {1, 8, 2, 3}, new ImageSize(64, 96), new ImageSize(60, 90));

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

  @Test
  void smallImages_areDecodedTogetherOnAGpuAlone() {
    LatentDecoder gpu = decoder(CPU.withKernels(Kernels.PLAIN));
    assertThat(gpu.maxTogether(new ImageSize(512, 512))).isEqualTo(16);
    assertThat(gpu.maxTogether(new ImageSize(1024, 1024))).isEqualTo(4);
    assertThat(gpu.maxTogether(new ImageSize(4096, 4096))).isEqualTo(1);
    assertThat(decoder(CPU).maxTogether(new ImageSize(512, 512))).isEqualTo(1);
    LatentDecoder little =
        new LatentDecoder(
            autoencoder,
            CPU.withKernels(Kernels.PLAIN),
            () -> OptionalLong.of(3 * 512 * 512 * 2 * autoencoder.bytesPerPixel()),
            false);
    assertThat(little.maxTogether(new ImageSize(512, 512))).isEqualTo(2);
  }

  /** Together, and alone after memory ran out: the same images. */
  @Test
  void together_outOfMemory_eachAlone() {
    try (AutoencoderDC plain =
        AutoencoderDC.loadDecoder(
            Checkpoint.open(Fixtures.path("tiny-sana/checkpoint")),
            CPU.withKernels(Kernels.PLAIN))) {
      LatentDecoder decoder =
          new LatentDecoder(
              plain, CPU.withKernels(Kernels.PLAIN), () -> OptionalLong.of(1L << 50), false);
      List<float[]> latents = List.of(latents(1), latents(2), latents(3));
      List<Integer> attempts = new ArrayList<>();
      List<RgbImage> together = decoder.decode(latents, SIZES, timers(), failing(attempts, 0));
      assertThat(attempts).containsExactly(0);
      attempts.clear();
      List<RgbImage> alone = decoder.decode(latents, SIZES, timers(), failing(attempts, 1));
      assertThat(attempts).containsExactly(0, 0, 0, 0);
      for (int i = 0; i < 3; i++) {
        TestImages.assertWithinOneLevel(together.get(i), alone.get(i), 0.001);
      }
      assertThat(together.get(0).samples()).isNotEqualTo(together.get(1).samples());
    }
  }

  private static List<StageTimer> timers() {
    return List.of(new StageTimer());
  }

  private static float[] latents(int seed) {
    try (ScriptValue normal = Torch.normal(seed, 1, 8, 2, 3).get(0)) {
      return normal.toFloats();
    }
  }

  /** Records the attempts, the first of which run out of memory. */
  private static PipelineProbe failing(List<Integer> attempts, int failures) {
    return new PipelineProbe() {
      @Override
      public void onStepEnd(int step, ScriptValue latents) {}

      @Override
      public void onDecode(int tile) {
        attempts.add(tile);
        if (attempts.size() <= failures) {
          throw new TorchException("CUDA out of memory", new IllegalStateException());
        }
      }
    };
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
    ImageSize size = new ImageSize(64, 544);
    decoder.decode(
        List.of(new float[8 * 2 * 17]),
        new LatentDecoder.Sizes(new long[] {1, 8, 2, 17}, size, size),
        List.of(new StageTimer()),
        probe);
  }

  private LatentDecoder decoder(DevicePlacement placement) {
    return new LatentDecoder(autoencoder, placement, () -> OptionalLong.of(1L << 50), false);
  }
}
