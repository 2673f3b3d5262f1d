package dev.sanaq.webhook;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Somebody who asked to be told: a real HTTP server that keeps what it is sent. */
public final class TestReceiver implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Handler handler;

  /** A message as it came. */
  public record Received(String id, String timestamp, String signature, String host, String body) {}

  /** What is answered. */
  public interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  /** On a port of its own on all of this machine's addresses. */
  public TestReceiver(Handler answer) {
    this(0, answer);
  }

  TestReceiver(int port, Handler answer) {
    this.handler = answer;
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

  /** An answer that is no more than a status. */
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
    return "http://127.0.0.1:%d/hook".formatted(port());
  }

  public List<Received> received() {
    return received;
  }

  List<String> ids() {
    return received.stream().map(Received::id).toList();
  }

  /** Waits for so many messages. */
  List<Received> await(int count) {
    await(
        () -> received.size() >= count, () -> "%d messages: %s".formatted(received.size(), ids()));
    return received;
  }

  static void await(BooleanSupplier there, java.util.function.Supplier<String> instead) {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not seen in time; there is " + instead.get());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
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
      handler.handle(exchange);
    }
  }
}
