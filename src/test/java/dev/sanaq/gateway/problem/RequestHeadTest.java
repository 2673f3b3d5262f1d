package dev.sanaq.gateway.problem;

import static dev.sanaq.gateway.problem.ErrorAssertions.assertOpenAi;
import static dev.sanaq.gateway.problem.ErrorAssertions.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods, URLs, headers and ids that are refused before or without a body. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class RequestHeadTest extends GatewayTestBase {
  private static final String JOBS = "/v1/jobs";
  private static final String OPENAI = "/v1/images/generations";
  private static final String HOST = "Host: localhost\r\n";

  @SuppressWarnings("NullAway.Init") // set before each test
  private RawHttp http;

  @BeforeEach
  void connect() {
    http = new RawHttp(root);
  }

  @Test
  void method_unknown_isNotAllowed() throws IOException {
    for (String method : new String[] {"PUT", "PATCH", "FOO"}) {
      RawHttp.Answer jobs = http.send(method, JOBS, HOST, new byte[0]);
      assertProblem(jobs, 405, "method_not_allowed", "The header Allow lists the methods");
      assertThat(jobs.hasHeader("Allow: GET, HEAD, OPTIONS, POST")).isTrue();
      RawHttp.Answer images = http.send(method, OPENAI, HOST, new byte[0]);
      assertOpenAi(images, 405, "method_not_allowed", "The header Allow lists the methods");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/jobs/a, 'DELETE, GET, HEAD, OPTIONS'",
    "/v1/jobs/a/images/0, 'GET, HEAD, OPTIONS'",
    "/v1/jobs/a/events, 'GET, HEAD, OPTIONS'",
    "/v1/jobs/a/deliveries, 'GET, HEAD, OPTIONS'",
    "/v1/jobs/a/deliveries/completed/resend, 'OPTIONS, POST'",
    "/v1/backlog, 'GET, HEAD, OPTIONS'"
  })
  void method_ofOtherPaths_isNotAllowed(String path, String allowed) throws IOException {
    for (String method : new String[] {"PUT", "PATCH"}) {
      RawHttp.Answer answer = http.send(method, path, HOST, new byte[0]);
      assertProblem(answer, 405, "method_not_allowed", "The header Allow lists the methods");
      assertThat(answer.hasHeader("Allow: " + allowed)).as(answer.toString()).isTrue();
    }
  }

  @Test
  void accept_ofOtherTypes_isNotAcceptable() throws IOException {
    String accept = "Accept: text/html\r\n";
    String detail = "The answer has none of the media types in Accept";
    assertProblem(http.post(JOBS, accept, "{}"), 406, "not_acceptable", detail);
    assertOpenAi(http.post(OPENAI, accept, "{}"), 406, "not_acceptable", detail);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_400, 60_000})
  void url_tooLong_is414(int length) throws IOException {
    String query = "?a=" + "x".repeat(length);
    String detail = "A URL has at most 16384 characters";
    assertProblem(http.get(JOBS + query, HOST), 414, "uri_too_long", detail);
    assertOpenAi(http.get(OPENAI + query, HOST), 414, "uri_too_long", detail);
    assertProblem(http.get("/" + query, HOST), 414, "uri_too_long", detail);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40})
  void headers_tooLarge_are431(int lines) throws IOException {
    String headers = HOST + ("X-A: " + "x".repeat(60_000 / lines) + "\r\n").repeat(lines);
    String detail = "The headers have at most 20480 characters together";
    assertProblem(http.get(JOBS, headers), 431, "headers_too_large", detail);
    assertOpenAi(http.get("/v1/models", headers), 431, "headers_too_large", detail);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"/%zz,%zz", "/%,%", "/a{b},{b}", "/<a>,<a>", "?a=|b,|b", "?state=%zz,%zz", "?a=%,%"})
  void url_notEncoded_isInvalid(String end, String found) throws IOException {
    String detail =
        "The URL is invalid at \"%s\": percent-encode special characters, a percent sign as %%25"
            .formatted(found);
    assertProblem(http.get(JOBS + end, HOST), 400, "invalid_url", detail);
    assertOpenAi(http.get("/v1/images/" + end, HOST), 400, "invalid_url", detail);
    assertProblem(
        http.get(end.startsWith("?") ? "/" + end : end, HOST), 400, "invalid_url", detail);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Host:\r\n",
        "Host: \r\n",
        "Host: a b\r\n",
        "Host: [::1\r\n",
        "Host: localhost:99999999\r\n",
        "Host: localhost/x\r\n",
        "Host: localhost\r\nHost: localhost\r\n"
      })
  void host_missingOrInvalid_isDescribed(String headers) throws IOException {
    String detail =
        "The request needs one header Host with the gateway's name, such as localhost:8080";
    assertProblem(http.get(JOBS, headers), 400, "invalid_host", detail);
    assertOpenAi(http.get("/v1/models", headers), 400, "invalid_host", detail);
  }

  @Test
  void host_missingInHttp10_isNeededByTheApiOnly() throws IOException {
    RawHttp.Answer api = http.send("GET /v1/jobs HTTP/1.0\r\n\r\n", new byte[0]);
    assertThat(api.status()).isEqualTo(400);
    assertThat(api.json().get("type").asText()).isEqualTo("urn:sanaq:problem:invalid_host");
    assertThat(http.send("GET /index.html HTTP/1.0\r\n\r\n", new byte[0]).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "localhost:1", "/v1/nothing", "/v1/jobs/a%2fb", "/v1/jobs/%00"})
  void url_withoutResource_isNotFound(String url) throws IOException {
    RawHttp.Answer answer = http.get(url, HOST);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().get("type").asText()).isEqualTo("urn:sanaq:problem:not_found");
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "...", "......"})
  void jobId_ofOnlyDots_isRefused(String dots) throws IOException {
    RawHttp.Answer answer = http.post(JOBS, "", "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(dots));
    assertProblem(answer, 400, "invalid_request", "errors names each field");
    JsonNode error = answer.json().get("errors").get(0);
    assertThat(error.get("field").asText()).isEqualTo("id");
    assertThat(error.get("allowed").asText())
        .isEqualTo("1 to 128 characters of A-Z a-z 0-9 . _ - :, not only dots");
    RawHttp.Answer derived =
        http.post(JOBS, "Idempotency-Key: " + dots + "\r\n", "{\"prompt\":\"p\"}");
    assertThat(derived.json().get("id").asText()).startsWith("key-");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s.", ".%s", "..%s", "%s..", ".%s.", "-%s", ":%s", "%s:.."})
  void jobId_withDots_canBeReached(String form) throws IOException {
    String dotted = form.formatted(id);
    String body = "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(dotted);
    assertThat(http.post(JOBS, "", body).status()).isEqualTo(202);
    RawHttp.Answer found = http.get(JOBS + "/" + dotted, HOST);
    assertThat(found.json().get("id").asText()).isEqualTo(dotted);
  }
}
