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

/**
 * A storage not to be relied on: stands before the real one, passes every request on as it is, with
 * the Host header that was signed, and does to some what {@link #setFault} was told. Close it in
 * the end.
 */
public final class FaultyS3 implements AutoCloseable {
  private static final String REFUSAL =
      "<Error><Code>%s</Code><Message>on purpose</Message></Error>";

  private final int upstream;
  private final int port;
  private final Random random;
  private final Set<Socket> openSockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger hitCount = new AtomicInteger();
  private volatile S3Fault fault = new S3Fault.Pass();
  private volatile ServerSocket listener;

  /**
   * @param upstream the real one's port on this machine
   * @param seed chooses the requests that are hit
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

  /** How many requests were hit by a fault. */
  public int hitCount() {
    return hitCount.get();
  }

  /** What happens from now on, to connections that are open, too. */
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

  private ServerSocket listen(int where) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), where));
      daemon(() -> accept(socket)).start();
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        Socket client = from.accept();
        daemon(() -> serve(client)).start();
      }
    } catch (IOException e) {
      // It was closed: nobody listens any more.
      return;
    }
  }

  // A failure on either side ends both, as a broken line does.
  private void serve(Socket client) {
    openSockets.add(client);
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      openSockets.add(server);
      InputStream requests = new BufferedInputStream(client.getInputStream());
      InputStream answers = new BufferedInputStream(server.getInputStream());
      byte[] head = HttpMessage.readHead(requests);
      while (head.length > 0) {
        if (listener.isClosed()
            || !forward(
                head, requests, client.getOutputStream(), answers, server.getOutputStream())) {
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

  /** One request and its answer; whether the connection goes on. */
  private boolean forward(
      byte[] head, InputStream requests, OutputStream client, InputStream answers, OutputStream out)
      throws IOException {
    S3Fault now = fault;
    if (now instanceof S3Fault.Slow slow) {
      hitCount.incrementAndGet();
      Pause.of(slow.delay());
    }
    if (!HttpMessage.header(head, "expect").isEmpty()) {
      client.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      client.flush();
    }
    HttpMessage request = HttpMessage.readBody(head, requests);
    if (now instanceof S3Fault.Refuse refuse && tryHit(refuse.share())) {
      errorResponse(refuse.status()).writeTo(client);
      return false;
    }
    boolean corrupt =
        request.body().length > 0
            && now instanceof S3Fault.Corrupt corrupts
            && tryHit(corrupts.share());
    (corrupt ? request.withFlippedBit() : request).writeTo(out);
    HttpMessage answer = readResponse(HttpMessage.firstLine(head).startsWith("HEAD "), answers);
    if (now instanceof S3Fault.Cut cut && tryHit(cut.share())) {
      answer.writeHalf(client);
      return false;
    }
    answer.writeTo(client);
    return !HttpMessage.header(answer.head(), "connection").equalsIgnoreCase("close");
  }

  private static HttpMessage readResponse(boolean headOnly, InputStream answers)
      throws IOException {
    byte[] head;
    do {
      head = HttpMessage.readHead(answers);
      if (head.length == 0) {
        throw new IOException("the storage went away");
      }
    } while (HttpMessage.firstLine(head).matches("HTTP/1.1 1.*"));
    boolean bodiless = headOnly || HttpMessage.firstLine(head).matches("HTTP/1.1 (204|304).*");
    return bodiless ? new HttpMessage(head, new byte[0]) : HttpMessage.readBody(head, answers);
  }

  private static HttpMessage errorResponse(int status) {
    String code = status == 403 ? "AccessDenied" : status == 503 ? "SlowDown" : "InternalError";
    byte[] body = REFUSAL.formatted(code).getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %d %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(status, code, body.length);
    return new HttpMessage(head.getBytes(StandardCharsets.ISO_8859_1), body);
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
      // It is to be gone, and it is.
      return;
    }
  }
}
