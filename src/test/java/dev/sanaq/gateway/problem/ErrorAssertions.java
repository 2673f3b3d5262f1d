package dev.sanaq.gateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** Asserts the two formats of errors. */
final class ErrorAssertions {
  private ErrorAssertions() {}

  static void assertProblem(RawHttp.Answer answer, int status, String code, String detail) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.hasHeader("Content-Type: application/problem+json"))
        .as(answer.head())
        .isTrue();
    JsonNode problem = answer.json();
    assertThat(problem.get("type").asText()).isEqualTo("urn:sanaq:problem:" + code);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asText()).isEqualTo(detail);
    assertPlain(problem.toString());
  }

  static void assertOpenAi(RawHttp.Answer answer, int status, String code, String message) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.hasHeader("Content-Type: application/json")).as(answer.head()).isTrue();
    JsonNode error = answer.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("message").asText()).isEqualTo(message);
  }

  static void assertPlain(String text) {
    assertThat(text).doesNotContain("java.", "Json", "Exception", "`", "StreamRead", "CTRL-CHAR");
  }
}
