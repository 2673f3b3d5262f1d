package dev.sanaq.overhead.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of S3 that a worker needs, in memory and without authentication: GET, DELETE, and PUT,
 * with If-None-Match too. It is a program of its own that costs little CPU time, so that the
 * worker's own cost is visible. Objects are off the heap, where the garbage collector does not copy
 * them: its pauses would count as the worker's.
 */
public final class InMemoryS3 {
  private static final int ACCEPT_BACKLOG = 256;
  // Small, because a new chunk is zeroed while all requests wait.
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int EXPECTED_OBJECTS = 2_000_000;
  private static final String NO_SUCH_KEY_XML = errorXml("NoSuchKey");
  private static final String PRECONDITION_FAILED_XML = errorXml("PreconditionFailed");

  // Presized, because growing the map takes a tenth of a second.
  private final Map<String, ByteBuffer> objects = new HashMap<>(EXPECTED_OBJECTS);
  private ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  private InMemoryS3() {}

  /** Listens on the port of the system property {@code port}. */
  public static void main(String... args) throws IOException {
    // Otherwise every response waits for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.getInteger("port")),
            ACCEPT_BACKLOG);
    InMemoryS3 s3 = new InMemoryS3();
    server.createContext("/", s3::handle);
    // One thread: a response takes microseconds, and more threads compete with the worker.
    server.setExecutor(Runnable::run);
    server.start();
    System.out.println("sanaq.storage.secret-key=any");
  }

  private void handle(HttpExchange exchange) throws IOException {
    String key = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (exchange.getRequestMethod()) {
      case "PUT" -> put(exchange, key, body);
      case "GET" -> get(exchange, objects.get(key));
      case "DELETE" -> {
        objects.remove(key);
        send(exchange, 204, new byte[0]);
      }
      default -> send(exchange, 405, new byte[0]);
    }
  }

  private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
    boolean onlyNew = exchange.getRequestHeaders().containsKey("If-None-Match");
    ByteBuffer object = copyOffHeap(body);
    if (onlyNew && objects.putIfAbsent(key, object) != null) {
      send(exchange, 412, PRECONDITION_FAILED_XML.getBytes(StandardCharsets.UTF_8));
      return;
    }
    objects.put(key, object);
    exchange.getResponseHeaders().set("ETag", "\"0\"");
    send(exchange, 200, new byte[0]);
  }

  private static void get(HttpExchange exchange, @Nullable ByteBuffer found) throws IOException {
    if (found == null) {
      send(exchange, 404, NO_SUCH_KEY_XML.getBytes(StandardCharsets.UTF_8));
      return;
    }
    byte[] body = new byte[found.remaining()];
    found.duplicate().get(body);
    send(exchange, 200, body);
  }

  private ByteBuffer copyOffHeap(byte[] body) {
    if (chunk.remaining() < body.length) {
      chunk = ByteBuffer.allocateDirect(Math.max(CHUNK_BYTES, body.length));
    }
    ByteBuffer object = chunk.slice(chunk.position(), body.length);
    chunk.position(chunk.position() + body.length);
    return object.put(body).flip();
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    // -1 means no body; 0 would start a chunked one.
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
    exchange.close();
  }

  private static String errorXml(String code) {
    return "<Error><Code>%s</Code><Message>%s</Message></Error>".formatted(code, code);
  }
}
