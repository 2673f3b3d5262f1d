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
 * As much of S3 as a worker needs, in memory and believing everybody: PUT, also only where nothing
 * lies, GET and DELETE. A program of its own, so that what a worker costs can be seen where the
 * storage costs nearly nothing. Objects lie outside the heap, where no collection copies them: its
 * pauses would be measured as the worker's.
 */
public final class InMemoryS3 {
  private static final int ACCEPT_BACKLOG = 256;
  // Small, since a new one is zeroed while everybody waits.
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int EXPECTED_OBJECTS = 2_000_000;
  private static final String NO_SUCH_KEY_XML = errorXml("NoSuchKey");
  private static final String PRECONDITION_FAILED_XML = errorXml("PreconditionFailed");

  // Of the size that it will have: to grow takes a tenth of a second.
  private final Map<String, ByteBuffer> objects = new HashMap<>(EXPECTED_OBJECTS);
  private ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  private InMemoryS3() {}

  /** Listens on the port that the system property {@code port} names. */
  public static void main(String... args) throws IOException {
    // Without it every answer waits for the other side's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.getInteger("port")),
            ACCEPT_BACKLOG);
    InMemoryS3 s3 = new InMemoryS3();
    server.createContext("/", s3::handle);
    // One thread: more take turns with what is measured, and an answer takes microseconds.
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
    // -1 stands for no body: 0 would begin a chunked one.
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
