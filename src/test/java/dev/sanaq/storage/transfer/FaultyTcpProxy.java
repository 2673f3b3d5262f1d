package dev.sanaq.storage.transfer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy before the storage that disconnects after given numbers of response bytes, replaces
 * range requests and corrupts responses. Requests have no bodies.
 */
public final class FaultyTcpProxy implements AutoCloseable {
  private static final int MIN_CORRUPTION_OFFSET = 200_000;

  private final ServerSocket listener;
  private final int upstream;
  private final ConcurrentLinkedQueue<Integer> disconnects = new ConcurrentLinkedQueue<>();
  private final Set<Socket> openSockets = ConcurrentHashMap.newKeySet();
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final AtomicInteger requestCounter = new AtomicInteger();
  private final AtomicInteger toCorrupt = new AtomicInteger();
  private final AtomicInteger corrupted = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong bytesSinceDisconnect = new AtomicLong();
  private volatile boolean refuseWhenDisconnected;
  private volatile String fullObjectRequest = "";
  private volatile Runnable disconnectListener = () -> {};

  public FaultyTcpProxy(int upstream) throws IOException {
    this.upstream = upstream;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    startDaemon(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Disconnects after each of these numbers of response bytes, in turn. */
  public void disconnectAfter(Integer... amounts) {
    disconnects.addAll(List.of(amounts));
  }

  /** Refuses connections after the last disconnect. */
  public void refuseAfterDisconnects() {
    refuseWhenDisconnected = true;
  }

  /** Replaces every range request by a request for the whole object at a signed URL. */
  public void ignoreRanges(URI signed) {
    fullObjectRequest =
        "GET %s?%s HTTP/1.1\r\nHost: %s\r\n\r\n"
            .formatted(signed.getRawPath(), signed.getRawQuery(), signed.getRawAuthority());
  }

  public void allowConnections() {
    refuseWhenDisconnected = false;
  }

  /** Runs an action at each disconnect, before the next request. */
  public void onDisconnect(Runnable action) {
    disconnectListener = action;
  }

  /** Flips a bit in each of the next responses. */
  public void corruptNext(int responses) {
    toCorrupt.set(responses);
  }

  public int corrupted() {
    return corrupted.get();
  }

  public long bytes() {
    return bytes.get();
  }

  public int requestCount() {
    return requestCounter.get();
  }

  public List<String> ranges() {
    return ranges;
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
        if (refuseWhenDisconnected && disconnects.isEmpty()) {
          client.close();
        } else {
          Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream);
          openSockets.add(client);
          startDaemon(() -> forwardRequests(client, server));
          startDaemon(() -> forwardResponses(client, server));
        }
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void forwardRequests(Socket client, Socket server) {
    try (client;
        server;
        InputStream in = new BufferedInputStream(client.getInputStream())) {
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        request.write(next);
        String head = request.toString(StandardCharsets.ISO_8859_1);
        if (head.endsWith("\r\n\r\n")) {
          boolean hasRange = recordRequest(head);
          String passed = hasRange && !fullObjectRequest.isEmpty() ? fullObjectRequest : head;
          server.getOutputStream().write(passed.getBytes(StandardCharsets.ISO_8859_1));
          request.reset();
        }
      }
    } catch (IOException e) {
      return; // one side is gone, so both are
    }
  }

  /** Returns whether the request has a range. */
  private boolean recordRequest(String head) {
    requestCounter.addAndGet(head.startsWith("GET ") ? 1 : 0);
    List<String> requested =
        head.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("range:")).toList();
    ranges.addAll(requested);
    return !requested.isEmpty();
  }

  private void forwardResponses(Socket client, Socket server) {
    try (client;
        server;
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream()) {
      byte[] buffer = new byte[8192];
      long passed = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        passed += read;
        if (passed > MIN_CORRUPTION_OFFSET
            && toCorrupt.get() > 0
            && toCorrupt.getAndDecrement() > 0) {
          buffer[read / 2] ^= 1;
          corrupted.incrementAndGet();
        }
        out.write(buffer, 0, read);
        bytes.addAndGet(read);
        if (disconnectIfDue(bytesSinceDisconnect.addAndGet(read))) {
          return;
        }
      }
    } catch (IOException e) {
      return; // one side is gone, so both are
    }
  }

  private synchronized boolean disconnectIfDue(long soFar) {
    Integer next = disconnects.peek();
    if (next == null || soFar < next) {
      return false;
    }
    disconnects.remove();
    bytesSinceDisconnect.set(0);
    disconnectListener.run();
    if (refuseWhenDisconnected && disconnects.isEmpty()) {
      openSockets.forEach(FaultyTcpProxy::closeQuietly);
    }
    return true;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      return; // it is to be gone, and it is
    }
  }

  private static void startDaemon(Runnable work) {
    Thread thread = new Thread(work, "broken-line");
    thread.setDaemon(true);
    thread.start();
  }
}
