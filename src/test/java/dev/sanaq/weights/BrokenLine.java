package dev.sanaq.weights;

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
 * A line to the storage that breaks where it is told to, counted in the bytes of the answers. It
 * knows what is asked for and passes on all the rest as it is. Requests have no bodies.
 */
final class BrokenLine implements AutoCloseable {
  private static final int FAR_INSIDE = 200_000;

  private final ServerSocket listener;
  private final int upstream;
  private final ConcurrentLinkedQueue<Integer> cuts = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger toSpoil = new AtomicInteger();
  private final AtomicInteger spoilt = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong sinceCut = new AtomicLong();
  private volatile boolean refuseWhenCut;
  private volatile String wholeInstead = "";
  private volatile Runnable whenCut = () -> {};

  BrokenLine(int upstream) throws IOException {
    this.upstream = upstream;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Breaks after so many bytes, then after so many more, and so on. */
  void cutAfter(Integer... amounts) {
    cuts.addAll(List.of(amounts));
  }

  /** Once it was cut for the last time, it stays so. */
  void refuseAfterCuts() {
    refuseWhenCut = true;
  }

  /** Asks for the whole, at a signed address, where somebody asks for a part. */
  void ignoreRanges(URI signed) {
    wholeInstead =
        "GET %s?%s HTTP/1.1\r\nHost: %s\r\n\r\n"
            .formatted(signed.getRawPath(), signed.getRawQuery(), signed.getRawAuthority());
  }

  void mend() {
    refuseWhenCut = false;
  }

  /** Is done at each cut, before anybody can ask again. */
  void onCut(Runnable action) {
    whenCut = action;
  }

  /** Turns a bit in so many answers. */
  void spoilNext(int answers) {
    toSpoil.set(answers);
  }

  int spoilt() {
    return spoilt.get();
  }

  long bytes() {
    return bytes.get();
  }

  int answers() {
    return requests.get();
  }

  List<String> ranges() {
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
        if (refuseWhenCut && cuts.isEmpty()) {
          client.close();
        } else {
          Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream);
          open.add(client);
          daemon(() -> ask(client, server));
          daemon(() -> answer(client, server));
        }
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void ask(Socket client, Socket server) {
    try (client;
        server;
        InputStream in = new BufferedInputStream(client.getInputStream())) {
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        request.write(next);
        String head = request.toString(StandardCharsets.ISO_8859_1);
        if (head.endsWith("\r\n\r\n")) {
          boolean ofPart = note(head);
          String passed = ofPart && !wholeInstead.isEmpty() ? wholeInstead : head;
          server.getOutputStream().write(passed.getBytes(StandardCharsets.ISO_8859_1));
          request.reset();
        }
      }
    } catch (IOException e) {
      return; // one side is gone, so both are
    }
  }

  /** Whether only a part is asked for. */
  private boolean note(String head) {
    requests.addAndGet(head.startsWith("GET ") ? 1 : 0);
    List<String> asked =
        head.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("range:")).toList();
    ranges.addAll(asked);
    return !asked.isEmpty();
  }

  private void answer(Socket client, Socket server) {
    try (client;
        server;
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream()) {
      byte[] buffer = new byte[8192];
      long passed = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        passed += read;
        if (passed > FAR_INSIDE && toSpoil.get() > 0 && toSpoil.getAndDecrement() > 0) {
          buffer[read / 2] ^= 1;
          spoilt.incrementAndGet();
        }
        out.write(buffer, 0, read);
        bytes.addAndGet(read);
        if (isCut(sinceCut.addAndGet(read))) {
          return;
        }
      }
    } catch (IOException e) {
      return; // one side is gone, so both are
    }
  }

  private synchronized boolean isCut(long soFar) {
    Integer next = cuts.peek();
    if (next == null || soFar < next) {
      return false;
    }
    cuts.remove();
    sinceCut.set(0);
    whenCut.run();
    if (refuseWhenCut && cuts.isEmpty()) {
      open.forEach(BrokenLine::closeQuietly);
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

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "broken-line");
    thread.setDaemon(true);
    thread.start();
  }
}
