package dev.sanaq.job.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputSourceTest {
  @Test
  void parse_object_isStored() {
    assertThat(InputSource.parse(Map.of("bucket", "b", "key", "k/a.png"), false))
        .contains(new InputSource.Stored("b", "k/a.png"));
    assertThat(InputSource.parse(Map.of("bucket", "b"), false)).isEmpty();
    assertThat(InputSource.parse(Map.of("bucket", "b", "key", ""), false)).isEmpty();
    assertThat(InputSource.parse(Map.of("bucket", "b", "key", "k", "x", "y"), false)).isEmpty();
    assertThat(InputSource.parse(List.of(), false)).isEmpty();
  }

  @Test
  void parse_dataUrl_hasBytesAndShowsNone() {
    String url = "data:image/png;base64," + Base64.getEncoder().encodeToString(new byte[300]);
    InputSource source = InputSource.parse(url, false).orElseThrow();
    assertThat(((InputSource.Data) source).bytes()).hasSize(300);
    assertThat(source.redacted()).isEqualTo("data:image/png;base64,(300 bytes)");
    assertThat(source).hasToString("Data[data:image/png;base64,(300 bytes)]");
  }

  @Test
  void parse_url_showsNoQuery() {
    InputSource source =
        InputSource.parse("https://example.com/a.png?X-Amz-Signature=secret", false).orElseThrow();
    assertThat(source.redacted()).isEqualTo("https://example.com/a.png");
    assertThat(source.toString()).doesNotContain("secret");
    assertThat(InputSource.parse("http://example.com/a.png", true)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.png",
        "http://example.com/a.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "https:///a.png",
        "https://user:secret@example.com/a.png",
        "https://example.com/a.png#part",
        "data:image/png,abc",
        "data:text/html;base64,YQ==",
        "data:image/svg+xml;base64,YQ==",
        "data:image/png;base64,***",
        "data:image/png;base64"
      })
  void parse_otherText_isNothing(String text) {
    assertThat(InputSource.parse(text, false)).isEmpty();
  }

  @Test
  void parse_randomText_neverThrows() {
    Random random = new Random(4);
    String start = "data:image/png;base64,https://x/ {}%";
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder(start.substring(random.nextInt(start.length())));
      for (int k = 0; k < random.nextInt(20); k++) {
        text.insert(random.nextInt(text.length()), (char) random.nextInt(0x300));
      }
      assertThat(InputSource.parse(text.toString(), true)).isNotNull();
    }
  }
}
