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
            Map.of(
                "image",
                URL,
                "mask",
                Map.of("bucket", "b", "key", "k"),
                "strength",
                0.25,
                "composite",
                false,
                "control",
                "https://example.com/edges.png",
                "controlScale",
                2,
                "pag",
                Map.of("scale", 1.5, "adaptiveScale", 0.01, "layers", List.of(2, 8))));
    JobInputs inputs = InputRule.read(fields, false);
    assertThat(fields.errors()).isEmpty();
    assertThat(inputs.image()).contains(new InputSource.Url(URL));
    assertThat(inputs.mask()).contains(new InputSource.Stored("b", "k"));
    assertThat(inputs.strength()).isEqualTo(0.25);
    assertThat(inputs.composite()).isFalse();
    assertThat(inputs.controlScale()).isEqualTo(2);
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
    assertInvalid("pag", Map.of("pag", 2));
    assertInvalid("pag.scales", Map.of("pag", Map.of("scales", 2)));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of())));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of(0.5))));
    assertInvalid("pag.layers", Map.of("pag", Map.of("layers", List.of(-1))));
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
