package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.Size;
import org.junit.jupiter.api.Test;

class BucketsTest {
  private static final Buckets BUCKETS = Buckets.of(512, 32);

  @Test
  void everyBucketHasAboutAsManyPixelsAndSidesThatDivide() {
    assertThat(BUCKETS.sizes())
        .hasSizeGreaterThan(20)
        .contains(new Size(512, 512))
        .doesNotHaveDuplicates();
    for (Size size : BUCKETS.sizes()) {
      assertThat(size.width() % 32 + size.height() % 32).isZero();
      assertThat(size.width() * size.height() / (512. * 512)).isBetween(0.9, 1.12);
      assertThat((double) size.width() / size.height()).isBetween(0.25, 4.0);
    }
  }

  @Test
  void aPictureGoesIntoTheNearestAspect() {
    assertThat(BUCKETS.nearest(300, 300)).isEqualTo(new Size(512, 512));
    assertThat(BUCKETS.nearest(4000, 4100)).isEqualTo(new Size(512, 512));
    Size landscape = BUCKETS.nearest(1600, 900);
    assertThat((double) landscape.width() / landscape.height()).isBetween(1.65, 1.9);
    Size portrait = BUCKETS.nearest(900, 1600);
    assertThat((double) portrait.height() / portrait.width()).isBetween(1.65, 1.9);
  }

  @Test
  void whatIsBeyondTheWidestGoesIntoIt() {
    assertThat(BUCKETS.nearest(10_000, 1))
        .isEqualTo(BUCKETS.sizes().get(BUCKETS.sizes().size() - 1));
    assertThat(BUCKETS.nearest(1, 10_000)).isEqualTo(BUCKETS.sizes().get(0));
  }

  @Test
  void aSquareIsOneBucket() {
    assertThat(Buckets.square(128).nearest(7, 900)).isEqualTo(new Size(128, 128));
  }

  @Test
  void stepsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> Buckets.of(500, 32))
        .hasMessageContaining("500")
        .hasMessageContaining("32");
  }
}
