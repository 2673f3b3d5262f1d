package dev.sanaq.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers byte by byte, as no server library writes them. A ~ is the end of a line. */
class UnusualAnswersTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().toCompletionStage().toCompletableFuture().get();
  }

  /** A receiver that has answered 2xx has the message: a second one would be a repetition. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~",
        "HTTP/1.1 202 Accepted~Content-Length: 10~~ok",
        "HTTP/1.1 200 OK~~ok"
      })
  void successWhoseBodyNeverEnds_isSuccess(String answer) throws IOException {
    try (Answers server = new Answers(answer, false)) {
      long before = System.nanoTime();
      assertThat(send(server)).isInstanceOf(CallResult.Success.class);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(CALL_TIMEOUT);
    }
  }

  @Test
  void failureWhoseBodyNeverEnds_hasItsStatus() throws IOException {
    try (Answers server =
        new Answers("HTTP/1.1 503 No~Retry-After: 7~Content-Length: 10~~ok", false)) {
      assertThat(send(server))
          .isEqualTo(new CallResult.Failed("answer 503", 503, Duration.ofSeconds(7)));
    }
  }

  @Test
  void wantedBodyThatNeverEnds_isNoAnswer() throws IOException {
    try (Answers server = new Answers("HTTP/1.1 200 OK~Content-Length: 10~~ok", false);
        PinnedHttpClient client = client(server)) {
      assertThat(client.fetch(request("GET", server), 100))
          .isEqualTo(new FetchResult.NotFetched(CallResult.Failed.noResponse("no answer in time")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~Content-Length: 0~~ | 200",
        "HTTP/1.1 103 Early Hints~Link: </a>~~HTTP/1.1 202 OK~Content-Length: 0~~ | 202",
        "HTTP/1.1 204 No Content~Content-Length: 2~~ok | 204",
        "HTTP/1.1 204 No Content~~ok | 204",
        "HTTP/1.0 200 OK~~ok | 200",
      })
  void unusualSuccess_isSuccess(String answer, int status) throws IOException {
    try (Answers server = new Answers(answer, true)) {
      assertThat(send(server)).isEqualTo(new CallResult.Success(status));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "99999999, PT24H",
    "99999999999999999999, PT0S",
    "'Wed, 21 Oct 2015 07:28:00 GMT', PT0S",
    "'Fri, 31 Dec 9999 23:59:59 GMT', PT24H",
    "-5, PT0S",
    "soon, PT0S",
  })
  void retryAfter_isADayAtMost(String header, Duration wait) throws IOException {
    String answer = "HTTP/1.1 503 No~Retry-After: %s~Content-Length: 0~~".formatted(header);
    try (Answers server = new Answers(answer, true)) {
      assertThat(send(server)).isEqualTo(new CallResult.Failed("answer 503", 503, wait));
    }
  }

  /** A status line of a byte a second is no answer: the message is sent again later. */
  @Test
  void statusThatTakesTooLong_isNoAnswer() throws IOException {
    try (Answers server = new Answers("HTTP/1.1 2", false)) {
      assertThat(send(server)).isEqualTo(CallResult.Failed.noResponse("no answer in time"));
    }
  }

  private static CallResult send(Answers server) {
    try (PinnedHttpClient client = client(server)) {
      return client.send(request("POST", server));
    }
  }

  private static PinnedHttpClient.Request request(String method, Answers server) {
    return new PinnedHttpClient.Request(
        method, "http://127.0.0.1:%s/".formatted(server.port()), Map.of(), new byte[0], 0);
  }

  private static PinnedHttpClient client(Answers server) {
    return new PinnedHttpClient(
        new UrlPolicy(
            new UrlPolicyConfig(true, Set.of(server.port()), List.of("127.0.0.1/32")),
            DnsResolver.PLATFORM),
        new PinnedHttpClient.CallLimits(Duration.ofSeconds(2), CALL_TIMEOUT, 2),
        Clock.systemUTC(),
        VERTX,
        new HttpClientOptions());
  }

  /** A server that gives every connection the same bytes, and closes it or keeps it open. */
  private static final class Answers implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final String answer;
    private final boolean closes;

    Answers(String answer, boolean closes) throws IOException {
      this.answer = answer.replace("~", "\r\n");
      this.closes = closes;
      Thread thread = new Thread(this::serve, "answers");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return listener.getLocalPort();
    }

    private void serve() {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          open.add(socket);
          readHead(socket.getInputStream());
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          if (closes) {
            socket.close();
          }
        } catch (IOException e) {
          continue; // closed
        }
      }
    }

    private static void readHead(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
