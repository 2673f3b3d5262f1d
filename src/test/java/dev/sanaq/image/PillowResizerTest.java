package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.PillowResizer.Filter;
import dev.sanaq.testing.image.TestImages;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files resized by Pillow 11.3.0 with {@code Image.resize(size, LANCZOS)}. */
class PillowResizerTest {
  @ParameterizedTest
  @CsvSource({"96, 64", "32, 32", "61, 20", "20, 43"})
  void lanczos_equalsPillow(int width, int height) {
    RgbImage source = TestImages.read(file("lanczos-source.png"));

    RgbImage resized = PillowResizer.resize(source, new ImageSize(height, width), Filter.LANCZOS);

    RgbImage expected = TestImages.read(file("lanczos-%sx%s.png".formatted(width, height)));
    assertThat(resized.samples()).isEqualTo(expected.samples());
  }

  @Test
  void lanczosOfMask_equalsPillow() {
    MaskImage source = mask("mask-source.png");

    MaskImage resized = PillowResizer.resize(source, new ImageSize(64, 96), Filter.LANCZOS);

    assertThat(resized.samples()).isEqualTo(mask("mask-96x64.png").samples());
  }

  @Test
  void sameSize_returnsSameImage() {
    RgbImage source = TestImages.read(file("lanczos-source.png"));
    assertThat(PillowResizer.resize(source, new ImageSize(43, 61), Filter.LANCZOS))
        .isSameAs(source);
  }

  private static MaskImage mask(String name) {
    return MaskImage.of(RgbaImage.opaque(TestImages.read(file(name))));
  }

  private static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(PillowResizerTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
