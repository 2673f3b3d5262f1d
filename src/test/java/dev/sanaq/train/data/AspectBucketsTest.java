package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.ImageSize;
import org.junit.jupiter.api.Test;

class AspectBucketsTest {
  private static final AspectBuckets BUCKETS = AspectBuckets.of(512, 32);

  @Test
  void buckets_haveSimilarArea_divisibleSides() {
    assertThat(BUCKETS.sizes())
        .hasSizeGreaterThan(20)
        .contains(new ImageSize(512, 512))
        .doesNotHaveDuplicates();
    for (ImageSize size : BUCKETS.sizes()) {
      assertThat(size.width() % 32 + size.height() % 32).isZero();
      assertThat(size.width() * size.height() / (512. * 512)).isBetween(0.9, 1.12);
      assertThat((double) size.width() / size.height()).isBetween(0.25, 4.0);
    }
  }

  @Test
  void nearest_picksClosestAspect() {
    assertThat(BUCKETS.nearest(300, 300)).isEqualTo(new ImageSize(512, 512));
    assertThat(BUCKETS.nearest(4000, 4100)).isEqualTo(new ImageSize(512, 512));
    ImageSize landscape = BUCKETS.nearest(1600, 900);
    assertThat((double) landscape.width() / landscape.height()).isBetween(1.65, 1.9);
    ImageSize portrait = BUCKETS.nearest(900, 1600);
    assertThat((double) portrait.height() / portrait.width()).isBetween(1.65, 1.9);
  }

  @Test
  void nearest_beyondMaxRatio_picksWidest() {
    assertThat(BUCKETS.nearest(10_000, 1))
        .isEqualTo(BUCKETS.sizes().get(BUCKETS.sizes().size() - 1));
    assertThat(BUCKETS.nearest(1, 10_000)).isEqualTo(BUCKETS.sizes().get(0));
  }

  @Test
  void square_hasOneBucket() {
    assertThat(AspectBuckets.square(128).nearest(7, 900)).isEqualTo(new ImageSize(128, 128));
  }

  @Test
  void sideNotDivisible_isRejected() {
    assertThatThrownBy(() -> AspectBuckets.of(500, 32))
        .hasMessageContaining("500")
        .hasMessageContaining("32");
  }
}
