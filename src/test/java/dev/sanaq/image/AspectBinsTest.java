package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.Fixtures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AspectBinsTest {
  private static final JsonNode ANSWERS = Fixtures.json("bins.json");

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void sizes_ofBase_equalPublishedTable(int base) {
    List<ImageSize> published = new ArrayList<>();
    for (JsonNode size : ANSWERS.get("tables").get(String.valueOf(base))) {
      published.add(new ImageSize(size.get(0).intValue(), size.get(1).intValue()));
    }
    assertThat(bins(base).sizes()).hasSizeGreaterThan(30).isEqualTo(published);
  }

  /** A size with exactly a published ratio must find that bin. */
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void nearest_publishedRatio_returnsItsOwnBin(int base) {
    ANSWERS
        .get("tables")
        .get(String.valueOf(base))
        .properties()
        .forEach(
            entry -> {
              int hundredths = (int) Math.round(Double.parseDouble(entry.getKey()) * 100);
              assertThat(bins(base).nearest(hundredths, 100))
                  .isEqualTo(
                      new ImageSize(
                          entry.getValue().get(0).intValue(), entry.getValue().get(1).intValue()));
            });
  }

  @Test
  void nearest_referenceCases_equalDiffusers() {
    int cases = 0;
    for (JsonNode c : ANSWERS.get("cases")) {
      assertThat(
              bins(c.get("base").intValue())
                  .nearest(c.get("height").intValue(), c.get("width").intValue()))
          .as("%s", c)
          .isEqualTo(new ImageSize(c.get("bin_height").intValue(), c.get("bin_width").intValue()));
      cases++;
    }
    assertThat(cases).isEqualTo(9);
  }

  /** 2.75 lies exactly between the ratios 2.5 and 3.0; 2.25 lies exactly between no two. */
  @Test
  void nearest_equidistantRatios_returnsWider() {
    assertThat(bins(1024).nearest(11, 4)).isEqualTo(new ImageSize(1600, 640));
    assertThat(bins(1024).nearest(7, 2)).isEqualTo(new ImageSize(1728, 576));
  }

  @Test
  void forBase_unpublishedResolution_isEmpty() {
    assertThat(AspectBins.forBase(768)).isEmpty();
    assertThat(AspectBins.forBase(0)).isEmpty();
  }

  @Test
  void nearest_nonPositiveSide_throws() {
    assertThatIllegalArgumentException().isThrownBy(() -> bins(512).nearest(0, 5));
    assertThatIllegalArgumentException().isThrownBy(() -> bins(512).nearest(5, -1));
  }

  private static AspectBins bins(int base) {
    return AspectBins.forBase(base).orElseThrow();
  }
}
