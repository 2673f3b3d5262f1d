package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sanaq.storage.result.ResultStoreTest;
import dev.sanaq.testing.TestSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Which client sends a put, shown by a server that records the headers; {@link ResultStoreTest}
 * shows that a real server accepts both.
 */
class FastPutS3ClientTest {
  private static final String SDK_HEADER = "amz-sdk-invocation-id";

  private final List<Headers> receivedHeaders = new ArrayList<>();
  private final List<Integer> receivedSizes = new ArrayList<>();
  private final ConcurrentLinkedQueue<Integer> errorStatuses = new ConcurrentLinkedQueue<>();

  @SuppressWarnings("NullAway.Init") // set before each
  private HttpServer server;

  @SuppressWarnings("NullAway.Init")
  private S3Client s3;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
    s3 = client(server.getAddress().getPort(), Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    s3.close();
    server.stop(0);
  }

  @Test
  void smallPut_isSentDirectlyWithAllHeaders() {
    assertThat(put(10, put -> put.ifNoneMatch("*"))).isEqualTo("\"tag\"");
    put(10, put -> {});
    assertThat(receivedHeaders).hasSize(2).noneMatch(head -> head.containsKey(SDK_HEADER));
    assertThat(receivedSizes).containsExactly(10, 10);
    assertThat(receivedHeaders.get(0).getFirst("Content-Type")).isEqualTo("application/json");
    assertThat(receivedHeaders.get(0).getFirst("X-amz-checksum-sha256")).isEqualTo("c3Vt");
    assertThat(receivedHeaders.get(0).getFirst("If-None-Match")).isEqualTo("*");
    assertThat(receivedHeaders.get(0).getFirst("Authorization"))
        .startsWith("AWS4-HMAC-SHA256 Credential=k/");
    assertThat(receivedHeaders.get(1).containsKey("If-None-Match")).isFalse();
  }

  @Test
  void putWithMetadataOrLargeBody_goesThroughSdk() {
    put(10, put -> put.metadata(Map.of("a", "b")));
    put((1 << 20) + 1, put -> {});
    assertThat(receivedHeaders).hasSize(2).allMatch(head -> head.containsKey(SDK_HEADER));
    assertThat(receivedHeaders.get(0).getFirst("X-amz-meta-a")).isEqualTo("b");
    assertThat(receivedSizes).containsExactly(10, (1 << 20) + 1);
  }

  @Test
  void directPut_errorStatus_isRetriedThroughSdk() {
    errorStatuses.add(503);
    put(10, put -> {});
    assertThat(receivedHeaders)
        .extracting(head -> head.containsKey(SDK_HEADER))
        .containsExactly(false, true);
    assertThat(receivedSizes).containsExactly(10, 10);
  }

  @ParameterizedTest
  @CsvSource({"403", "412", "500"})
  void put_persistentError_throwsSdkException(int status) {
    errorStatuses.addAll(List.of(status, status));
    assertThatThrownBy(() -> put(10, put -> put.ifNoneMatch("*")))
        .isInstanceOfSatisfying(
            S3Exception.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(status);
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo("Refused");
            });
    assertThat(receivedHeaders).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 1 << 20})
  void put_unresponsiveServer_failsAtAttemptTimeout(int size) throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        S3Client to = client(deaf.getLocalPort(), Duration.ofSeconds(1))) {
      Instant start = Instant.now();
      assertThatThrownBy(() -> put(to, size, put -> {}))
          .isInstanceOf(SdkClientException.class)
          .hasMessageContaining("PT1S");
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
    }
  }

  @Test
  void put_connectionRefused_failsWithoutRetry() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    try (S3Client to = client(port, Duration.ofSeconds(20))) {
      assertThatThrownBy(() -> put(to, 10, put -> {}))
          .isInstanceOf(SdkClientException.class)
          .hasMessageContaining("refused");
    }
  }

  private String put(int size, Consumer<PutObjectRequest.Builder> more) {
    return put(s3, size, more);
  }

  private static String put(S3Client to, int size, Consumer<PutObjectRequest.Builder> more) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket("b")
            .key("a/b.json")
            .contentType("application/json")
            .checksumSHA256("c3Vt");
    more.accept(request);
    return to.putObject(request.build(), RequestBody.fromBytes(new byte[size])).eTag();
  }

  private void handle(HttpExchange exchange) throws IOException {
    receivedHeaders.add(exchange.getRequestHeaders());
    receivedSizes.add(exchange.getRequestBody().readAllBytes().length);
    Integer status = errorStatuses.poll();
    exchange.getResponseHeaders().set("ETag", "\"tag\"");
    if (status == null) {
      exchange.sendResponseHeaders(200, -1);
    } else {
      byte[] body =
          "<Error><Code>Refused</Code><Message>no</Message></Error>"
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static S3Client client(int port, Duration timeout) {
    Map<String, String> config =
        Map.of(
            "sanaq.storage.endpoint", "http://127.0.0.1:" + port,
            "sanaq.storage.path-style", "true",
            "sanaq.storage.attempt-timeout", timeout.toString(),
            "sanaq.storage.access-key", "k",
            "sanaq.storage.secret-key", "s");
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
  }
}
