package dev.sanaq.image.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.image.PngTextReader;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngTextChunkTest {
  private static final RgbImage DOT = new RgbImage(1, 1, new byte[] {1, 2, 3});

  @Test
  void textChunks_readByImageIo_roundTrip() throws IOException {
    Map<String, String> texts =
        Map.of("parameters", "café\nSteps: 4", "sanaq", "{\"prompt\":\"яблоко 🍎\"}");
    byte[] png = PngEncoder.encode(DOT, texts);
    assertThat(PngTextReader.read(png)).isEqualTo(texts);
    assertThat(TestImages.read(new ByteArrayInputStream(png)).samples()).isEqualTo(DOT.samples());
    assertThat(PngEncoder.encode(DOT, texts)).isEqualTo(png);
  }

  @Test
  void textChunk_latin1UsesTextOtherwiseItxt() {
    String latin =
        new String(PngEncoder.encode(DOT, Map.of("k", "café")), StandardCharsets.ISO_8859_1);
    assertThat(latin).contains("tEXtk\0café").doesNotContain("iTXt");
    String more = new String(PngEncoder.encode(DOT, Map.of("k", "🍎")), StandardCharsets.UTF_8);
    assertThat(more).contains("iTXtk\0\0\0\0\0🍎").doesNotContain("tEXtk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " k", "k ", "a\0b", "ключ"})
  void textChunk_invalidKeyword_throws(String keyword) {
    assertThatThrownBy(() -> PngEncoder.encode(DOT, Map.of(keyword, "text")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
