package dev.sanaq.net;

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
 * that the {@link UrlPolicy} checked, while Host header, SNI and the certificate's check keep the
 * name: a second look-up, which could lead elsewhere, does not happen. Redirects are not followed:
 * a receiver that has moved says so to whoever configures it. No proxy is asked. Any number of
 * threads.
 */
public final class PinnedHttpClient implements AutoCloseable {
  private static final int MAX_HEADER_BYTES = 8192;

  private final UrlPolicy urlPolicy;
  private final Clock clock;
  private final Duration callTimeout;
  private final HttpClient client;

  /**
   * How long a call may take, and how many there may be.
   *
   * @param connectTimeout for a connection and its TLS, each
   * @param callTimeout for a call as a whole
   * @param concurrency calls at one time
   */
  public record CallLimits(Duration connectTimeout, Duration callTimeout, int concurrency) {}

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
  public record Request(
      String method, String url, Map<String, String> headers, byte[] body, int attempt) {}

  /**
   * @param vertx stays its maker's to close
   * @param options trust and such; time-outs and limits come from the bounds
   */
  public PinnedHttpClient(
      UrlPolicy gate, CallLimits bounds, Clock clock, Vertx vertx, HttpClientOptions options) {
    this.urlPolicy = gate;
    this.clock = clock;
    this.callTimeout = bounds.callTimeout();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(options)
                .setConnectTimeout(Math.toIntExact(bounds.connectTimeout().toMillis()))
                .setSslHandshakeTimeout(Math.max(1, bounds.connectTimeout().toSeconds()))
                .setKeepAlive(false)
                .setMaxPoolSize(bounds.concurrency())
                .setMaxHeaderSize(MAX_HEADER_BYTES));
  }

  /** Makes a call and blocks until it has come to something, within the time that it has. */
  public CallResult send(Request call) {
    long until = System.nanoTime() + callTimeout.toNanos();
    try {
      ParsedUrl address = urlPolicy.validate(call.url());
      List<InetAddress> found = urlPolicy.resolveAllowed(address);
      HttpExchange exchange = new HttpExchange(clock);
      InetAddress chosen = found.get(call.attempt() % found.size());
      exchange.send(client, requestOptions(call, address, chosen), call.body());
      return exchange.result(Duration.ofNanos(until - System.nanoTime()));
    } catch (UrlNotAllowedException e) {
      return new CallResult.NotAllowed(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return CallResult.Failed.noResponse("its host is not known");
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static RequestOptions requestOptions(
      Request call, ParsedUrl address, InetAddress chosen) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method()))
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.https())
            .setURI(address.target())
            .setServer(pinnedAddress(chosen, address.port()))
            .setFollowRedirects(false)
            .putHeader("content-length", String.valueOf(call.body().length));
    call.headers().forEach(options::putHeader);
    return options;
  }

  // Without its name, so that nobody is tempted to look it up again.
  private static SocketAddress pinnedAddress(InetAddress address, int port) {
    try {
      return SocketAddress.inetSocketAddress(
          new InetSocketAddress(InetAddress.getByAddress(address.getAddress()), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
