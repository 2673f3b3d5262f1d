package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.collection.LearnedLimits;
import dev.sanaq.image.ImageSize;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The estimated number of images per pass. */
class BatchSizeEstimatorTest {
  private static final ImageSize LARGE = new ImageSize(1024, 1024);
  private static final DevicePlacement GPU = DevicePlacement.gpu(Precision.BF16, "for the test");
  private static final DevicePlacement CPU = DevicePlacement.cpu(Precision.FP32);

  @Test
  void maxImages_growsWithFreeMemory_between1And32() {
    assertThat(estimator(GPU, OptionalLong.of(0)).maxImages(LARGE, 1, 0)).isEqualTo(1);
    int some = estimator(GPU, OptionalLong.of(32 << 20)).maxImages(LARGE, 1, 0);
    assertThat(some).isBetween(2, 31);
    int twice = estimator(GPU, OptionalLong.of(64 << 20)).maxImages(LARGE, 1, 0);
    assertThat(twice).isBetween(2 * some, 2 * some + 1);
    assertThat(estimator(GPU, OptionalLong.of(1L << 40)).maxImages(LARGE, 1, 0)).isEqualTo(32);
  }

  /** On a GPU activations are bf16 between 8-bit products; on a CPU fp32. */
  @Test
  void maxImages_eightBits_asTheirActivations() {
    for (Precision precision : new Precision[] {Precision.INT8, Precision.FP8}) {
      DevicePlacement gpu = DevicePlacement.gpu(precision, "for the test");
      assertThat(estimator(gpu, OptionalLong.of(64 << 20)).maxImages(LARGE, 1, 0))
          .isEqualTo(estimator(GPU, OptionalLong.of(64 << 20)).maxImages(LARGE, 1, 0));
    }
    assertThat(
            estimator(DevicePlacement.cpu(Precision.INT8), OptionalLong.of(16 << 20))
                .maxImages(LARGE, 1, 0))
        .isEqualTo(estimator(CPU, OptionalLong.of(16 << 20)).maxImages(LARGE, 1, 0));
  }

  @Test
  void maxImages_guidanceOrLargerSize_fewer() {
    BatchSizeEstimator estimator = estimator(GPU, OptionalLong.of(64 << 20));
    int plain = estimator.maxImages(LARGE, 1, 0);
    assertThat(estimator.maxImages(LARGE, 2, 0)).isEqualTo(plain / 2);
    assertThat(estimator.maxImages(new ImageSize(4096, 4096), 1, 0)).isLessThan(plain / 4);
  }

  @Test
  void maxImages_onCpu_cappedByPixels() {
    assertThat(estimator(CPU, OptionalLong.of(1L << 40)).maxImages(LARGE, 2, 0)).isEqualTo(4);
  }

  @Test
  void maxImages_unknownFreeMemory_usesDefault() {
    assertThat(estimator(GPU, OptionalLong.empty()).maxImages(LARGE, 2, 0)).isEqualTo(4);
    assertThat(estimator(GPU, OptionalLong.empty()).maxImages(new ImageSize(4096, 4096), 2, 0))
        .isEqualTo(1);
  }

  @Test
  void halveLimit_remembersLimitForThatSizeOnly() {
    BatchSizeEstimator estimator = estimator(CPU, OptionalLong.of(1L << 40));
    ImageSize small = new ImageSize(64, 64);
    assertThat(estimator.halveLimit(small, 2, 0, 7)).isEqualTo(3);
    assertThat(estimator.maxImages(small, 2, 0)).isEqualTo(3);
    assertThat(estimator.maxImages(small, 1, 0)).isEqualTo(32);
    assertThat(estimator.maxImages(new ImageSize(64, 96), 2, 0)).isEqualTo(32);
  }

  /** Mix-FFN expands each token to twice its hidden channels. */
  @Test
  void maxImages_onGpu_noTensorExceeds32BitIndices() {
    ImageSize huge = new ImageSize(32768, 32768);
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    long side = 32768 / checkpoint.autoencoder().spatialCompression();
    long elements = side * side * 2 * checkpoint.transformer().mlpChannels();
    int images = estimator(GPU, OptionalLong.of(1L << 50)).maxImages(huge, 2, 0);
    assertThat(images).isBetween(1, 31).isEqualTo((int) (Integer.MAX_VALUE / (2 * elements)));
  }

  @Test
  void learnedLimit_relaxesAfterManyPasses_andIsLearnedAgain() {
    BatchSizeEstimator estimator = estimator(CPU, OptionalLong.of(1L << 40));
    ImageSize small = new ImageSize(64, 64);
    estimator.halveLimit(small, 2, 0, 32);
    for (int i = 0; i < LearnedLimits.SUCCESSES; i++) {
      assertThat(estimator.maxImages(small, 2, 0)).isEqualTo(16);
      estimator.passSucceeded(small, 2, 0, 15); // a smaller pass proves nothing
      estimator.passSucceeded(small, 2, 0, 16);
    }
    assertThat(estimator.maxImages(small, 2, 0)).isEqualTo(32);
    estimator.halveLimit(small, 2, 0, 32);
    assertThat(estimator.maxImages(small, 2, 0)).isEqualTo(16);
  }

  /** Of a pass with a ControlNet of one block: two outputs for each token, and keys and values. */
  @Test
  void maxImages_withControlNet_fewer() {
    BatchSizeEstimator estimator = estimator(GPU, OptionalLong.of(96 << 20));
    int without = estimator.maxImages(LARGE, 1, 0);
    int one = estimator.maxImages(LARGE, 1, 1);
    assertThat(one).isLessThan(without);
    assertThat(estimator.maxImages(LARGE, 1, 7)).isLessThan(one).isPositive();
    estimator.halveLimit(LARGE, 1, 1, 4);
    assertThat(estimator.maxImages(LARGE, 1, 1)).isEqualTo(2);
    assertThat(estimator.maxImages(LARGE, 1, 0)).isEqualTo(without);
  }

  private static BatchSizeEstimator estimator(DevicePlacement placement, OptionalLong free) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    return new BatchSizeEstimator(
        checkpoint.transformer(),
        checkpoint.autoencoder().spatialCompression(),
        placement,
        () -> free);
  }
}
