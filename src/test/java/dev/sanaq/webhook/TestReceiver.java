package dev.sanaq.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sanaq.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A webhook receiver: a real HTTP server that records the messages. */
public final class TestReceiver implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final ThreadLocal<String> currentBody = ThreadLocal.withInitial(() -> "");
  private volatile Handler handler;

  /** A message: the headers of the signature, the host and the body. */
  public record Received(String id, String timestamp, String signature, String host, String body) {}

  /** Writes the response to a message. */
  public interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  /** Starts on a free port of all addresses of this machine. */
  public TestReceiver(Handler handler) {
    this(0, handler);
  }

  TestReceiver(int port, Handler handler) {
    this.handler = handler;
    try {
      InetAddress everywhere = InetAddress.getByName("0.0.0.0");
      this.server = HttpServer.create(new InetSocketAddress(everywhere, port), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::receive);
    server.setExecutor(threads);
    server.start();
  }

  /** A response without a body. */
  public static Handler status(int status, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  public void setHandler(Handler other) {
    handler = other;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return "http://127.0.0.1:%s/hook".formatted(port());
  }

  public List<Received> received() {
    return received;
  }

  /** The body of the message to which this thread, a handler's, writes the response. */
  public String currentBody() {
    return currentBody.get();
  }

  List<String> ids() {
    return received.stream().map(Received::id).toList();
  }

  /** Waits for a number of messages. */
  List<Received> await(int count) {
    Eventually.await(count + " messages", TIMEOUT)
        .untilAsserted(() -> assertThat(ids()).hasSizeGreaterThanOrEqualTo(count));
    return received;
  }

  /** Waits for a number of messages that differ. */
  void awaitDistinct(int count) {
    Eventually.await(count + " distinct messages", TIMEOUT)
        .untilAsserted(() -> assertThat(Set.copyOf(ids())).hasSize(count));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Headers headers = exchange.getRequestHeaders();
      received.add(
          new Received(
              String.valueOf(headers.getFirst("webhook-id")),
              String.valueOf(headers.getFirst("webhook-timestamp")),
              String.valueOf(headers.getFirst("webhook-signature")),
              String.valueOf(headers.getFirst("host")),
              body));
      currentBody.set(body);
      handler.handle(exchange);
    }
  }
}
