package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.FreePort;
import dev.sanaq.testing.TestSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the client sends, and what it sends again, shown by a server that does as it is told. */
class S3ClientFactoryTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nETag: \"tag\"\r\nContent-Length: 0\r\n\r\n";
  private static final String ERROR = "HTTP/1.1 %s Refused\r\nContent-Length: 0\r\n\r\n";

  /** Answers in their order; an empty one closes the connection instead. */
  private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();

  private final List<List<String>> requests = new CopyOnWriteArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each
  private ServerSocket server;

  @SuppressWarnings("NullAway.Init")
  private S3Client s3;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
    s3 = client(server.getLocalPort(), Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() throws IOException {
    s3.close();
    server.close();
  }

  @Test
  void conditionalPut_carriesChecksumAndCondition() {
    answers.add(OK);
    put();
    assertThat(requests)
        .singleElement()
        .asList()
        .contains(
            "PUT /b/k HTTP/1.1",
            "if-none-match: *",
            "x-amz-checksum-sha256: c3vt",
            "content-type: application/json",
            "content-length: 10")
        .noneMatch(line -> line.toString().startsWith("x-amz-trailer"));
  }

  @Test
  void connectionClosedAfterAnswer_nextRequestUsesNewOne() {
    answers.addAll(List.of(ERROR.formatted(412), "", OK));
    assertThatThrownBy(this::put).isInstanceOf(S3Exception.class);
    put();
    assertThat(requests).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 409, 412, 500, 503})
  void errorStatus_isNotSentAgain(int status) {
    answers.add(ERROR.formatted(status));
    assertThatThrownBy(this::put)
        .isInstanceOfSatisfying(
            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(status));
    assertThat(requests).hasSize(1);
  }

  @Test
  void serverThatNeverAnswers_isGivenUp() {
    answers.addAll(Collections.nCopies(100, ""));
    Instant start = Instant.now();
    assertThatThrownBy(this::put)
        .isInstanceOf(SdkClientException.class)
        .hasMessageContaining("failed to respond");
    assertThat(requests).hasSize(10);
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void unresponsiveServer_failsAtAttemptTimeout() throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        S3Client to = client(deaf.getLocalPort(), Duration.ofSeconds(1))) {
      Instant start = Instant.now();
      assertThatThrownBy(() -> put(to)).isInstanceOf(SdkClientException.class);
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
    }
  }

  @Test
  void refusedConnection_isNotTriedAgain() throws IOException {
    try (S3Client to = client(FreePort.find(), Duration.ofSeconds(20))) {
      assertThatThrownBy(() -> put(to))
          .isInstanceOf(SdkClientException.class)
          .hasMessageContaining("refused")
          .hasMessageNotContaining("attempts");
    }
  }

  private void put() {
    put(s3);
  }

  private static void put(S3Client to) {
    to.putObject(
        put ->
            put.bucket("b")
                .key("k")
                .contentType("application/json")
                .checksumSHA256("c3Vt")
                .ifNoneMatch("*"),
        RequestBody.fromBytes(new byte[10]));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        daemon(() -> serve(client));
      }
    } catch (IOException e) {
      // The test is over.
      return;
    }
  }

  private void serve(Socket client) {
    try (client;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        requests.add(readHead(line, in));
        in.skip(10);
        String answer = answers.remove();
        if (answer.isEmpty()) {
          return;
        }
        client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      // The client has closed the connection.
      return;
    }
  }

  private static List<String> readHead(String first, BufferedReader in) throws IOException {
    List<String> head = new CopyOnWriteArrayList<>(List.of(first));
    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
      head.add(line.toLowerCase(Locale.ROOT));
    }
    return head;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "scripted-s3");
    thread.setDaemon(true);
    thread.start();
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
