package dev.sanaq.outbound;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Calls over HTTP/1.1, each on a connection of its own. The connection is made to the very address
 * that the {@link Gate} checked, while Host header, SNI and the certificate's check keep the name:
 * a second look-up, which could lead elsewhere, does not happen. Redirects are not followed: a
 * receiver that has moved says so to whoever configures it. No proxy is asked. Any number of
 * threads.
 */
public final class HttpCalls implements AutoCloseable {
  private static final int LONGEST_HEADER = 8192;

  private final Gate gate;
  private final Clock clock;
  private final Duration timeout;
  private final HttpClient client;

  /**
   * How long a call may take, and how many there may be.
   *
   * @param connect for a connection and its TLS, each
   * @param whole for a call as a whole
   * @param concurrency calls at one time
   */
  public record Bounds(Duration connect, Duration whole, int concurrency) {}

  /**
   * A call to be made.
   *
   * @param method GET, PUT, ...
   * @param url whom to call
   * @param headers besides those of HTTP itself
   * @param body the whole body
   * @param attempt counted from 0: each takes the next of a host's addresses, so that a dead one is
   *     not a dead end
   */
  @SuppressWarnings("ArrayRecordComponent") // sent once, compared nowhere
  public record Call(
      String method, String url, Map<String, String> headers, byte[] body, int attempt) {}

  /**
   * @param vertx stays its maker's to close
   * @param options trust and such; time-outs and limits come from the bounds
   */
  public HttpCalls(Gate gate, Bounds bounds, Clock clock, Vertx vertx, HttpClientOptions options) {
    this.gate = gate;
    this.clock = clock;
    this.timeout = bounds.whole();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(options)
                .setConnectTimeout(Math.toIntExact(bounds.connect().toMillis()))
                .setSslHandshakeTimeout(Math.max(1, bounds.connect().toSeconds()))
                .setKeepAlive(false)
                .setMaxPoolSize(bounds.concurrency())
                .setMaxHeaderSize(LONGEST_HEADER));
  }

  /** Makes a call and blocks until it has come to something, within the time that it has. */
  public Outcome make(Call call) {
    long until = System.nanoTime() + timeout.toNanos();
    try {
      Address address = gate.read(call.url());
      List<InetAddress> found = gate.addresses(address);
      Exchange exchange = new Exchange(clock);
      InetAddress chosen = found.get(call.attempt() % found.size());
      exchange.begin(client, options(call, address, chosen), call.body());
      return exchange.outcome(Duration.ofNanos(until - System.nanoTime()));
    } catch (RefusedException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return Outcome.Failed.unanswered("its host is not known");
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static RequestOptions options(Call call, Address address, InetAddress chosen) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method()))
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.https())
            .setURI(address.target())
            .setServer(pinned(chosen, address.port()))
            .setFollowRedirects(false)
            .putHeader("content-length", String.valueOf(call.body().length));
    call.headers().forEach(options::putHeader);
    return options;
  }

  // Without its name, so that nobody is tempted to look it up again.
  private static SocketAddress pinned(InetAddress address, int port) {
    try {
      return SocketAddress.inetSocketAddress(
          new InetSocketAddress(InetAddress.getByAddress(address.getAddress()), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
