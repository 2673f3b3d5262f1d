package dev.sanaq.job.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The fields of input images and of perturbed-attention guidance. */
class InputFieldsTest {
  private static final String URL = "https://example.com/a.png";
  private static final String DATA = "data:image/png;base64,AAAA";

  @Test
  void read_withoutFields_isNone() {
    FieldReader fields = FieldReader.of(Map.of());
    assertThat(InputRule.read(fields, false)).isEqualTo(JobInputs.NONE);
    assertThat(fields.errors()).isEmpty();
  }

  @Test
  void read_everyField_isKept() {
    FieldReader fields =
        FieldReader.of(
            Map.ofEntries(
                Map.entry("image", URL),
                Map.entry("mask", Map.of("bucket", "b", "key", "k")),
                Map.entry("strength", 0.25),
                Map.entry("composite", false),
                Map.entry("control", "https://example.com/edges.png"),
                Map.entry("controlScale", 2),
                Map.entry("controlnet", "edges"),
                Map.entry("controlInterval", List.of(0.1, 0.5)),
                Map.entry("controlPreprocessor", Map.of("name", "canny", "lowThreshold", 250)),
                Map.entry(
                    "pag", Map.of("scale", 1.5, "adaptiveScale", 0.01, "layers", List.of(2, 8)))));
    JobInputs inputs = InputRule.read(fields, false);
    assertThat(fields.errors()).isEmpty();
    assertThat(inputs.image()).contains(new InputSource.Url(URL));
    assertThat(inputs.mask()).contains(new InputSource.Stored("b", "k"));
    assertThat(inputs.strength()).isEqualTo(0.25);
    assertThat(inputs.composite()).isFalse();
    assertThat(inputs.control())
        .contains(
            new JobInputs.Control(
                new InputSource.Url("https://example.com/edges.png"),
                "edges",
                2,
                List.of(0.1, 0.5),
                Optional.of(new JobInputs.Preprocessor("canny", 250, 250, 0))));
    assertThat(inputs.keepsAspect()).isTrue();
    assertThat(inputs.pag()).contains(new JobInputs.Pag(1.5, 0.01, List.of(2, 8)));
    assertThat(InputRule.read(FieldReader.of(Map.of("pag", Map.of("scale", 0))), false).pag())
        .isEmpty();
  }

  @Test
  void read_invalidFields_areNamed() {
    assertInvalid("image", Map.of("image", "http://example.com/a.png"));
    assertInvalid("image", Map.of("image", 7));
    assertInvalid("mask", Map.of("mask", URL));
    assertInvalid("strength", Map.of("image", URL, "strength", 0));
    assertInvalid("strength", Map.of("image", URL, "strength", 1.01));
    assertInvalid("composite", Map.of("image", URL, "composite", "no"));
    assertInvalid("controlScale", Map.of("controlScale", -1));
    assertInvalid("controlnet", Map.of("controlnet", "../edges"));
    assertInvalid("controlInterval", Map.of("controlInterval", List.of(0.5, 0.5)));
    assertInvalid("controlPreprocessor", Map.of("controlPreprocessor", "canny"));
    assertInvalid("controlPreprocessor.name", Map.of("controlPreprocessor", Map.of()));
    assertInvalid("controlPreprocessor.name", Map.of("controlPreprocessor", Map.of("name", "hed")));
    assertInvalid(
        "controlPreprocessor.lowThreshold",
        Map.of(
            "controlPreprocessor", Map.of("name", "canny", "lowThreshold", 2, "highThreshold", 1)));
    assertInvalid("pag", Map.of("pag", 2));
    assertInvalid("pag.scales", Map.of("pag", Map.of("scales", 2)));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of())));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of(0.5))));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of(-1))));
  }

  @Test
  void keepsAspect_onlyOfAnImageWithoutSize() {
    assertThat(keepsAspect(Map.of("control", URL))).isTrue();
    assertThat(keepsAspect(Map.of("image", URL, "width", 64))).isFalse();
    assertThat(keepsAspect(Map.of("image", URL, "height", 64))).isFalse();
    assertThat(keepsAspect(Map.of())).isFalse();
  }

  private static boolean keepsAspect(Map<String, Object> fields) {
    return InputRule.read(FieldReader.of(fields), false).keepsAspect();
  }

  @Test
  void redact_inputImages_showsNeitherQueryNorContent() {
    Map<String, Object> redacted =
        UrlRedaction.redact(Map.of("image", URL + "?secret", "mask", DATA, "prompt", "p"));
    assertThat(redacted.get("image")).isEqualTo(URL);
    assertThat(redacted.get("prompt")).isEqualTo("p");
    assertThat(String.valueOf(redacted.get("mask")))
        .startsWith("data:image/png;base64,sha256-")
        .doesNotContain("AAAA");
  }

  @Test
  void fingerprint_ignoresQueriesAndDefaultsButNotContents() {
    String plain = fingerprint(Map.of("image", URL));
    assertThat(fingerprint(Map.of("image", URL + "?signature=1", "strength", 0.6)))
        .isEqualTo(plain);
    assertThat(fingerprint(Map.of("image", URL, "strength", 0.5))).isNotEqualTo(plain);
    assertThat(fingerprint(Map.of("image", DATA)))
        .isNotEqualTo(fingerprint(Map.of("image", "data:image/png;base64,AAAB")));
  }

  private static void assertInvalid(String field, Map<String, Object> values) {
    FieldReader fields = FieldReader.of(values);
    InputRule.read(fields, false);
    assertThat(fields.errors()).extracting(FieldError::field).containsExactly(field);
  }

  private static String fingerprint(Map<String, Object> fields) {
    Map<String, Object> request = new HashMap<>(fields);
    request.put("prompt", "p");
    return RequestFingerprint.of(new GenerationRequest(request));
  }
}
