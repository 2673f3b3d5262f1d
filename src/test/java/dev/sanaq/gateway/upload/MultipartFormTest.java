package dev.sanaq.gateway.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultipartFormTest {
  private static final int MAX_BYTES = 1_000_000;
  private static final Problem TOO_LARGE = Problem.payloadTooLarge(MAX_BYTES);

  @Test
  void read_filesAndTexts_areTheirBytes() {
    byte[] file = new byte[300_000];
    new Random(7).nextBytes(file);
    MultipartForm form =
        read(
            new TestForm()
                .text("prompt", "naïve テスト 🍎\r\nline")
                .file("image", file)
                .file("image", new byte[] {13, 10, 45, 45})
                .text("n", "")
                .body());
    assertThat(form.names()).containsExactly("prompt", "image", "n");
    assertThat(form.text("prompt")).contains("naïve テスト 🍎\r\nline");
    assertThat(form.text("n")).contains("");
    assertThat(form.text("none")).isEmpty();
    assertThat(form.all("image")).hasSize(2);
    assertThat(form.all("image").get(0)).isEqualTo(file);
    assertThat(form.all("image").get(1)).isEqualTo(new byte[] {13, 10, 45, 45});
  }

  @Test
  void read_cutOrTooLargeForm_isRefused() {
    byte[] body = new TestForm().text("prompt", "p").file("image", new byte[50_000]).body();
    assertProblem(Arrays.copyOf(body, 30_000), "invalid_form");
    assertThat(read(new byte[0]).names()).isEmpty();
    assertProblem(new TestForm().file("image", new byte[MAX_BYTES]).body(), "too_large");
    assertThatThrownBy(() -> read("multipart/form-data", body))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo("invalid_form"));
  }

  @Test
  void read_tooManyParts_isRefused() {
    TestForm form = new TestForm();
    for (int i = 0; i < 100; i++) {
      form.text("a" + i, "v");
    }
    assertProblem(form.body(), "invalid_form");
  }

  @Test
  void read_damagedForms_areReadOrRefused() {
    byte[] form = new TestForm().text("prompt", "p").file("image", new byte[200]).body();
    Random random = new Random(11);
    int refused = 0;
    for (int i = 0; i < 5000; i++) {
      byte[] damaged = Arrays.copyOf(form, 1 + random.nextInt(form.length));
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(read(damaged).names().size()).isLessThanOrEqualTo(2);
      } catch (ProblemException e) {
        assertThat(e.problem().status()).isEqualTo(400);
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  private static void assertProblem(byte[] body, String code) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }

  private static MultipartForm read(byte[] body) {
    return read(TestForm.contentType(), body);
  }

  private static MultipartForm read(String contentType, byte[] body) {
    return MultipartForm.read(contentType, new ByteArrayInputStream(body), MAX_BYTES, TOO_LARGE);
  }
}
