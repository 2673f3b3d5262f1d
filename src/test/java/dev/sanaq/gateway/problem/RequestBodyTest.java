package dev.sanaq.gateway.problem;

import static dev.sanaq.gateway.problem.ErrorAssertions.assertOpenAi;
import static dev.sanaq.gateway.problem.ErrorAssertions.assertPlain;
import static dev.sanaq.gateway.problem.ErrorAssertions.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a body, the answer says so in plain words and its API's format. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class RequestBodyTest extends GatewayTestBase {
  private static final String JOBS = "/v1/jobs";
  private static final String OPENAI = "/v1/images/generations";
  private static final String HOST = "Host: localhost\r\n";
  private static final String JSON = HOST + "Content-Type: application/json\r\n";

  @SuppressWarnings("NullAway.Init") // set before each test
  private RawHttp http;

  @BeforeEach
  void connect() {
    http = new RawHttp(root);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|a list instead of a JSON object",
        "\"x\"|a text instead of a JSON object",
        "1|a number instead of a JSON object",
        "1.5|a number instead of a JSON object",
        "true|true or false instead of a JSON object",
        "null|null instead of a JSON object",
        "``|nothing instead of a JSON object",
        "` `|nothing instead of a JSON object",
        "{\"a\":1,\"a\":2}|Duplicate field 'a' (line 1, column 11)",
        "{} {}|text after the end (line 1, column 4)",
        "{\"a\":|a text that ends too early (line 1, column 6)",
        "{\"a\":NaN}|Non-standard token 'NaN' (line 1, column 9)",
        "{a:1}|Unexpected character ('a' (code 97)): was expecting double-quote to start field name"
            + " (line 1, column 2)",
      })
  void body_notJsonObject_isDescribedInWords(String body, String detail) throws IOException {
    assertProblem(http.post(JOBS, "", body), 400, "invalid_json", detail);
    assertOpenAi(http.post(OPENAI, "", body), 400, "invalid_json", detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":%s", "%s", "{\"%s\":1}", "{\"a\":\"%s\"}"})
  void body_beyondParserLimits_isDescribedWithoutClassNames(String form) throws IOException {
    for (String part : new String[] {"[".repeat(50), "9".repeat(300), "k".repeat(2000), "\u0001"}) {
      RawHttp.Answer answer = http.post(JOBS, "", form.formatted(part));
      assertThat(answer.status()).isEqualTo(400);
      assertPlain(answer.json().get("detail").asText());
    }
  }

  @Test
  void unknownFields_areNamed() throws IOException {
    RawHttp.Answer answer = http.post(JOBS, "", "{\"prompt\":\"p\",\"widht\":1,\"\":2}");
    assertProblem(answer, 400, "invalid_request", "errors names each field");
    assertThat(answer.json().get("errors").findValuesAsText("field")).containsExactly("widht", "");
  }

  @ParameterizedTest
  @ValueSource(ints = {300_000, 1_100_000, 20_000_000})
  void body_tooLarge_is413(int length) throws IOException {
    byte[] body = " ".repeat(length).getBytes(StandardCharsets.US_ASCII);
    String sized = JSON + "Content-Length: " + length + "\r\n";
    String detail = "At most 262144 bytes (sanaq.limits.max-record-bytes)";
    assertProblem(http.send("POST", JOBS, sized, body), 413, "too_large", detail);
    assertOpenAi(http.send("POST", OPENAI, sized, body), 413, "too_large", detail);
    String chunked = JSON + "Transfer-Encoding: chunked\r\n";
    byte[] chunks = chunks(body);
    assertProblem(http.send("POST", JOBS, chunked, chunks), 413, "too_large", detail);
    assertOpenAi(http.send("POST", OPENAI, chunked, chunks), 413, "too_large", detail);
  }

  @Test
  void body_announcedTooLarge_isRefusedBeforeItIsSent() throws IOException {
    String headers = JSON + "Expect: 100-continue\r\nContent-Length: 5000000\r\n";
    RawHttp.Answer answer = http.send("POST", JOBS, headers, new byte[0]);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().get("type").asText()).isEqualTo("urn:sanaq:problem:too_large");
  }

  @Test
  void chunkedBody_withinTheLimit_isRead() throws IOException {
    byte[] body =
        "{\"prompt\":\"%s\"}".formatted("p".repeat(3000)).getBytes(StandardCharsets.UTF_8);
    String headers = JSON + "Transfer-Encoding: chunked\r\n";
    assertThat(http.send("POST", JOBS, headers, chunks(body)).status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "identity, gzip"})
  void body_compressed_isUnsupported(String encoding) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write("{\"prompt\":\"p\"}".getBytes(StandardCharsets.UTF_8));
    }
    String headers =
        JSON + "Content-Encoding: %s\r\nContent-Length: %s\r\n".formatted(encoding, zipped.size());
    String code = "unsupported_content_encoding";
    String detail = "The body must not be compressed: send it without Content-Encoding";
    RawHttp.Answer answer = http.send("POST", JOBS, headers, zipped.toByteArray());
    assertProblem(answer, 415, code, detail);
    assertThat(answer.hasHeader("Accept-Encoding: identity")).isTrue();
    assertOpenAi(http.send("POST", OPENAI, headers, zipped.toByteArray()), 415, code, detail);
  }

  @Test
  void body_ofEncodingIdentity_isRead() throws IOException {
    String body = "{\"prompt\":\"p\"}";
    assertThat(http.post(JOBS, "Content-Encoding: identity\r\n", body).status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", ";;;", "application/json-seq", ""})
  void body_ofAnotherType_isUnsupported(String type) throws IOException {
    String headers = HOST + "Content-Type: " + type + "\r\nContent-Length: 2\r\n";
    byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
    String detail = "The body must be application/json";
    String code = "unsupported_media_type";
    assertProblem(http.send("POST", JOBS, headers, body), 415, code, detail);
    assertOpenAi(http.send("POST", OPENAI, headers, body), 415, code, detail);
  }

  private static byte[] chunks(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int size = 60_000;
    for (int at = 0; at < body.length; at += size) {
      int length = Math.min(size, body.length - at);
      out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(body, at, length);
      out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }
}
