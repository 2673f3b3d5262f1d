package dev.sanaq.faults.storage;

import dev.sanaq.testing.Pause;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy that gives an S3 server the manner of MinIO: it answers a conditional write of an object
 * that exists with 412 and the headers of a connection that stays open, and then closes the
 * connection. Every other request is forwarded unchanged. Thread-safe.
 */
public final class SilentlyClosingS3 implements AutoCloseable {
  // As the HTTP server of Go, so that the client still receives the answer.
  private static final Duration CLOSE_DELAY = Duration.ofMillis(500);
  private static final byte[] REFUSAL_BODY =
      "<Error><Code>PreconditionFailed</Code><Message>exists</Message></Error>"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] REFUSAL_HEAD =
      "HTTP/1.1 412 Precondition Failed\r\nContent-Type: application/xml\r\nContent-Length: %s\r\n\r\n"
          .formatted(REFUSAL_BODY.length)
          .getBytes(StandardCharsets.ISO_8859_1);

  private final int upstream;
  private final boolean beforeBody;
  private final ServerSocket listener;
  private final Set<String> existing = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refusalCount = new AtomicInteger();

  /**
   * @param upstream the S3 server's port on this machine
   * @param beforeBody whether it answers and closes before it reads the body
   */
  public SilentlyClosingS3(int upstream, boolean beforeBody) {
    this.upstream = upstream;
    this.beforeBody = beforeBody;
    try {
      this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many writes were refused, each with its connection. */
  public int refusalCount() {
    return refusalCount.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        daemon(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed: the proxy no longer listens.
      return;
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      InputStream requests = new BufferedInputStream(client.getInputStream());
      InputStream responses = new BufferedInputStream(server.getInputStream());
      byte[] head = HttpMessage.readHead(requests);
      while (head.length > 0) {
        if (beforeBody && isRefused(head)) {
          refuse(client);
          return;
        }
        acceptBody(head, client.getOutputStream());
        HttpMessage.readBody(head, requests).writeTo(server.getOutputStream());
        HttpMessage response = HttpMessage.readResponse(head, responses);
        if (HttpMessage.firstLine(response.head()).contains(" 412 ")) {
          refuse(client);
          return;
        }
        remember(head, response);
        response.writeTo(client.getOutputStream());
        head = HttpMessage.readHead(requests);
      }
    } catch (IOException e) {
      // Either side has closed its connection; the other one closes with it.
      return;
    }
  }

  private boolean isRefused(byte[] head) {
    return !HttpMessage.header(head, "if-none-match").isEmpty() && existing.contains(path(head));
  }

  private void refuse(Socket client) throws IOException {
    refusalCount.incrementAndGet();
    new HttpMessage(REFUSAL_HEAD, REFUSAL_BODY).writeTo(client.getOutputStream());
    client.shutdownOutput();
    Pause.of(CLOSE_DELAY);
  }

  private void remember(byte[] head, HttpMessage response) {
    String request = HttpMessage.firstLine(head);
    if (!HttpMessage.firstLine(response.head()).matches("HTTP/1.1 20[04].*")) {
      return;
    }
    if (request.startsWith("PUT ")) {
      existing.add(path(head));
    } else if (request.startsWith("DELETE ")) {
      existing.remove(path(head));
    }
  }

  private static String path(byte[] head) {
    return HttpMessage.firstLine(head).split("[ ?]")[1];
  }

  private static void acceptBody(byte[] head, OutputStream client) throws IOException {
    if (!HttpMessage.header(head, "expect").isEmpty()) {
      client.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      client.flush();
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "silently-closing-s3");
    thread.setDaemon(true);
    thread.start();
  }
}
