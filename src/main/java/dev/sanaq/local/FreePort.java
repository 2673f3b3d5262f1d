package dev.sanaq.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TCP port for a server that must know its port before it listens, as a Kafka broker must.
 *
 * <p>A system's port 0 gives a port of the ephemeral range, from which any outgoing connection may
 * take it before the server listens (seen as "address already in use" under load). These ports lie
 * below that range of Linux, macOS and Windows.
 */
public final class FreePort {
  private static final int FIRST = 10_000;
  private static final int END = 32_768;
  private static final int TRIES = 200;

  private FreePort() {}

  /**
   * Returns a port on which nothing listens now.
   *
   * @throws UncheckedIOException if none is found
   */
  public static int find() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new UncheckedIOException(
        new IOException(
            "no free TCP port found between %s and %s; name one".formatted(FIRST, END - 1)));
  }

  // Listens on all addresses of this machine.
  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
