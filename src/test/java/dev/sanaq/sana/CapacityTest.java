package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.Size;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How many pictures are drawn together. */
class CapacityTest {
  private static final Size LARGE = new Size(1024, 1024);
  private static final Placement GPU = new Placement(0, Precision.BF16, "for the test");
  private static final Placement PROCESSOR = Placement.cpu(Precision.FP32);

  @Test
  void moreFreeMemoryHoldsMorePicturesBetweenOneAndThirtyTwo() {
    assertThat(capacity(GPU, OptionalLong.of(0)).pictures(LARGE, 1)).isEqualTo(1);
    int some = capacity(GPU, OptionalLong.of(32 << 20)).pictures(LARGE, 1);
    assertThat(some).isBetween(2, 31);
    int twice = capacity(GPU, OptionalLong.of(64 << 20)).pictures(LARGE, 1);
    assertThat(twice).isBetween(2 * some, 2 * some + 1);
    assertThat(capacity(GPU, OptionalLong.of(1L << 40)).pictures(LARGE, 1)).isEqualTo(32);
  }

  @Test
  void guidanceAndLargerSizesTakeMore() {
    Capacity capacity = capacity(GPU, OptionalLong.of(64 << 20));
    int plain = capacity.pictures(LARGE, 1);
    assertThat(capacity.pictures(LARGE, 2)).isEqualTo(plain / 2);
    assertThat(capacity.pictures(new Size(4096, 4096), 1)).isLessThan(plain / 4);
  }

  @Test
  void onAProcessorStepsStayShortHoweverMuchMemoryThereIs() {
    assertThat(capacity(PROCESSOR, OptionalLong.of(1L << 40)).pictures(LARGE, 2)).isEqualTo(4);
  }

  @Test
  void whereNobodySaysHowMuchIsFreeItIsAFew() {
    assertThat(capacity(GPU, OptionalLong.empty()).pictures(LARGE, 2)).isEqualTo(4);
    assertThat(capacity(GPU, OptionalLong.empty()).pictures(new Size(4096, 4096), 2)).isEqualTo(1);
  }

  @Test
  void whatWasTooManyIsRememberedForThatSizeAlone() {
    Capacity capacity = capacity(PROCESSOR, OptionalLong.of(1L << 40));
    Size small = new Size(64, 64);
    assertThat(capacity.halve(small, 2, 7)).isEqualTo(3);
    assertThat(capacity.pictures(small, 2)).isEqualTo(3);
    assertThat(capacity.pictures(small, 1)).isEqualTo(32);
    assertThat(capacity.pictures(new Size(64, 96), 2)).isEqualTo(32);
  }

  @Test
  void onlySoManySizesAreRemembered() {
    Learnt<Integer> learnt = new Learnt<>();
    for (int i = 0; i < 1000; i++) {
      learnt.put(i, i);
    }
    assertThat(learnt.of(999, -1)).isEqualTo(999);
    assertThat(learnt.of(0, -1)).isEqualTo(-1);
  }

  private static Capacity capacity(Placement placement, OptionalLong free) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    return new Capacity(
        checkpoint.transformer(),
        checkpoint.autoencoder().spatialCompression(),
        placement,
        () -> free);
  }
}
