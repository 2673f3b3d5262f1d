package dev.sanaq.faults.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server in memory, with conditional writes and without a check of signatures. A rule may
 * answer in its place: missing rights, other regions and storages that are none, which a real
 * server here does not have on demand. Thread-safe.
 */
public final class RuleS3 implements AutoCloseable {
  /** Answers instead of the server. */
  @FunctionalInterface
  public interface Rule {
    Optional<Answer> answer(Call call);

    /** The server answers everything itself. */
    Rule NONE = call -> Optional.empty();
  }

  /**
   * A request.
   *
   * @param path the bucket and the key, {@code /bucket/key}
   * @param conditional whether it has {@code If-None-Match}
   * @param found whether the object exists
   */
  public record Call(String method, String path, boolean conditional, boolean found) {
    public boolean is(String otherMethod) {
      return method.equals(otherMethod);
    }
  }

  /** A response. */
  public record Answer(int status, Map<String, String> headers, String body) {
    /** An error as S3 writes it. */
    public static Optional<Answer> error(int status, String code, String message) {
      String xml =
          "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
              .formatted(code, message);
      return Optional.of(new Answer(status, Map.of("Content-Type", "application/xml"), xml));
    }

    /** A role without the right. */
    public static Optional<Answer> accessDenied() {
      return error(403, "AccessDenied", "on purpose");
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentMap<String, byte[]> objects = new ConcurrentHashMap<>();
  private volatile Rule rule = Rule.NONE;

  public RuleS3() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Sets the rule for all further requests. */
  public void setRule(Rule next) {
    rule = next;
  }

  /** Every object by its path, {@code /bucket/key}. */
  public Map<String, byte[]> objects() {
    return new TreeMap<>(objects);
  }

  /** Writes an object, as another client would. */
  public void put(String path, String text) {
    objects.put(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Deletes an object, as another client would. */
  public void delete(String path) {
    objects.remove(path);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      Call call =
          new Call(
              exchange.getRequestMethod(),
              path,
              exchange.getRequestHeaders().containsKey("If-None-Match"),
              objects.containsKey(path));
      Answer answer = rule.answer(call).orElse(null);
      if (answer != null) {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        send(exchange, answer.status(), answer.body().getBytes(StandardCharsets.UTF_8));
        return;
      }
      switch (call.method()) {
        case "PUT" -> put(exchange, call, body);
        case "GET" -> get(exchange, objects.get(path));
        case "DELETE" -> {
          objects.remove(path);
          send(exchange, 204, new byte[0]);
        }
        default -> send(exchange, 405, new byte[0]);
      }
    }
  }

  private void put(HttpExchange exchange, Call call, byte[] body) throws IOException {
    if (call.conditional() && objects.putIfAbsent(call.path(), body) != null) {
      sendError(exchange, 412, "PreconditionFailed");
      return;
    }
    objects.put(call.path(), body);
    exchange.getResponseHeaders().set("ETag", "\"0\"");
    send(exchange, 200, new byte[0]);
  }

  private static void get(HttpExchange exchange, byte @Nullable [] found) throws IOException {
    if (found == null) {
      sendError(exchange, 404, "NoSuchKey");
    } else {
      send(exchange, 200, found);
    }
  }

  private static void sendError(HttpExchange exchange, int status, String code) throws IOException {
    Answer error = Answer.error(status, code, "").orElseThrow();
    error.headers().forEach(exchange.getResponseHeaders()::set);
    send(exchange, status, error.body().getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    // -1 means no body; 0 would start a chunked one.
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
