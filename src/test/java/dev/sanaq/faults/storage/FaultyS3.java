package dev.sanaq.faults.storage;

import dev.sanaq.testing.Pause;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A proxy in front of an S3 server that forwards every request unchanged, with the Host header that
 * was signed, except for those that the current {@link S3Fault} hits. Thread-safe.
 */
public final class FaultyS3 implements AutoCloseable {
  private static final String ERROR_XML =
      "<Error><Code>%s</Code><Message>on purpose</Message></Error>";

  private final int upstream;
  private final int port;
  private final Random random;
  private final Set<Socket> openSockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger hitCount = new AtomicInteger();
  private volatile S3Fault fault = new S3Fault.Pass();
  private volatile ServerSocket listener;

  /**
   * @param upstream the S3 server's port on this machine
   * @param seed the seed of the choice of requests that are hit
   */
  public FaultyS3(int upstream, long seed) {
    this.upstream = upstream;
    this.random = new Random(seed);
    this.listener = listen(0);
    this.port = listener.getLocalPort();
  }

  public int port() {
    return port;
  }

  /** Returns how many requests were hit by a fault. */
  public int hitCount() {
    return hitCount.get();
  }

  /** Sets the fault for all connections, including open ones. */
  public void setFault(S3Fault next) {
    fault = next;
    if (next instanceof S3Fault.Stopped) {
      close();
    } else if (listener.isClosed()) {
      listener = listen(port);
    }
  }

  @Override
  public void close() {
    closeQuietly(listener);
    openSockets.forEach(FaultyS3::closeQuietly);
  }

  private ServerSocket listen(int localPort) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), localPort));
      daemon(() -> accept(socket)).start();
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket server) {
    try {
      while (true) {
        Socket client = server.accept();
        daemon(() -> serve(client)).start();
      }
    } catch (IOException e) {
      // The socket was closed: the proxy no longer listens.
      return;
    }
  }

  // A failure on either side closes both, as a broken connection does.
  private void serve(Socket client) {
    openSockets.add(client);
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      openSockets.add(server);
      InputStream requests = new BufferedInputStream(client.getInputStream());
      InputStream responses = new BufferedInputStream(server.getInputStream());
      byte[] head = HttpMessage.readHead(requests);
      while (head.length > 0) {
        if (listener.isClosed()
            || !forward(
                head, requests, client.getOutputStream(), responses, server.getOutputStream())) {
          return;
        }
        head = HttpMessage.readHead(requests);
      }
    } catch (IOException e) {
      return;
    } finally {
      openSockets.removeIf(Socket::isClosed);
    }
  }

  /** Forwards one request and its response; returns whether the connection stays open. */
  private boolean forward(
      byte[] head,
      InputStream requests,
      OutputStream client,
      InputStream responses,
      OutputStream upstreamOut)
      throws IOException {
    S3Fault current = fault;
    if (current instanceof S3Fault.Slow slow) {
      hitCount.incrementAndGet();
      Pause.of(slow.delay());
    }
    if (!HttpMessage.header(head, "expect").isEmpty()) {
      client.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      client.flush();
    }
    HttpMessage request = HttpMessage.readBody(head, requests);
    HttpMessage refusal = refusal(current, HttpMessage.firstLine(head));
    if (refusal != null) {
      refusal.writeTo(client);
      return false;
    }
    boolean corrupt =
        request.body().length > 0
            && current instanceof S3Fault.Corrupt corrupts
            && tryHit(corrupts.share());
    (corrupt ? request.withFlippedBit() : request).writeTo(upstreamOut);
    HttpMessage response = HttpMessage.readResponse(head, responses);
    if (current instanceof S3Fault.Cut cut && tryHit(cut.share())) {
      response.writeHalf(client);
      return false;
    }
    HttpMessage answer =
        current instanceof S3Fault.NoListing && tryHit(response, 404)
            ? errorResponse(403, "AccessDenied")
            : response;
    answer.writeTo(client);
    boolean closes = current instanceof S3Fault.CloseAfterConflict && tryHit(answer, 412);
    return !closes && !HttpMessage.header(answer.head(), "connection").equalsIgnoreCase("close");
  }

  /** Returns the error with which the fault answers the request; null if it is forwarded. */
  private @Nullable HttpMessage refusal(S3Fault current, String requestLine) {
    if (current instanceof S3Fault.Refuse refuse && tryHit(refuse.share())) {
      int status = refuse.status();
      return errorResponse(
          status, status == 403 ? "AccessDenied" : status == 503 ? "SlowDown" : "InternalError");
    }
    if (current instanceof S3Fault.Full full && requestLine.matches("(PUT|POST) .*") && tryHit(1)) {
      return errorResponse(full.status(), full.code());
    }
    if (current instanceof S3Fault.NoListing && requestLine.contains("list-type=") && tryHit(1)) {
      return errorResponse(403, "AccessDenied");
    }
    return null;
  }

  private static HttpMessage errorResponse(int status, String code) {
    byte[] body = ERROR_XML.formatted(code).getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %s %s\r\nContent-Type: application/xml\r\nContent-Length: %s\r\nConnection: close\r\n\r\n"
            .formatted(status, code, body.length);
    return new HttpMessage(head.getBytes(StandardCharsets.ISO_8859_1), body);
  }

  private boolean tryHit(HttpMessage response, int status) {
    return HttpMessage.firstLine(response.head()).startsWith("HTTP/1.1 " + status) && tryHit(1);
  }

  private boolean tryHit(double share) {
    boolean chosen;
    synchronized (random) {
      chosen = random.nextDouble() < share;
    }
    if (chosen) {
      hitCount.incrementAndGet();
    }
    return chosen;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "faulty-s3");
    thread.setDaemon(true);
    return thread;
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      // It is closed either way.
      return;
    }
  }
}
