package dev.sanaq.job.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.GenerationRequest;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestFingerprintTest {
  @Test
  void fieldOrderNumberFormatIdAndPreviews_doNotChangeFingerprint() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("id", "a");
    one.put("previews", true);
    one.put("prompt", "p");
    one.put("guidanceScale", new BigDecimal("4.50"));
    Map<String, Object> two = new LinkedHashMap<>();
    two.put("guidanceScale", 4.5);
    two.put("prompt", "p");
    assertThat(of(one)).isEqualTo(of(two));
  }

  @Test
  void contractDefaults_equalAbsentFields() {
    assertThat(of(Map.of("prompt", "p", "count", 1, "format", "png", "metadata", Map.of())))
        .isEqualTo(of(Map.of("prompt", "p")));
  }

  @Test
  void anyOtherDifference_changesFingerprint() {
    List<Map<String, Object>> requests =
        List.of(
            Map.of("prompt", "p"),
            Map.of("prompt", "q"),
            Map.of("prompt", "p", "width", 1024),
            Map.of("prompt", "p", "count", 2),
            Map.of("prompt", "p", "negativePrompt", "n"),
            Map.of("prompt", "p", "metadata", Map.of("a", "b")),
            Map.of("prompt", "p", "metadata", Map.of("a", Map.of("b", 1))),
            Map.of("prompt", "p", "metadata", Map.of("a", List.of("b", 1))),
            Map.of("prompt", "p", "metadata", Map.of("a", "b", "c", "d")),
            Map.of("prompt", "p", "metadata", Map.of("a", "1")),
            Map.of("prompt", "p", "metadata", Map.of("a", 1)));
    assertThat(requests.stream().map(RequestFingerprintTest::of).distinct())
        .hasSameSizeAs(requests);
  }

  @Test
  void resignedUploadUrl_keepsFingerprint() {
    assertThat(fingerprintWithUploadUrl("https://e.com/a?s=1"))
        .isEqualTo(fingerprintWithUploadUrl("https://e.com/a?s=2"));
    assertThat(fingerprintWithUploadUrl("https://e.com/a"))
        .isNotEqualTo(fingerprintWithUploadUrl("https://e.com/b"));
  }

  private static String fingerprintWithUploadUrl(String url) {
    return of(Map.of("prompt", "p", "output", Map.of("uploadUrls", List.of(url))));
  }

  private static String of(Map<String, Object> request) {
    return RequestFingerprint.of(new GenerationRequest(request));
  }
}
