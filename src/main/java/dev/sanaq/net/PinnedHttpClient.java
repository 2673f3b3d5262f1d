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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * HTTP/1.1 client with DNS pinning: connects to the very IP address that the {@link UrlPolicy}
 * checked, while Host header, SNI and certificate check use the name. There is no second DNS
 * lookup, so DNS rebinding cannot redirect a call. Each call has its own connection; redirects are
 * not followed and no proxy is used. Any number of threads.
 */
public final class PinnedHttpClient implements AutoCloseable {
  private static final int MAX_HEADER_BYTES = 8192;

  private final UrlPolicy urlPolicy;
  private final Clock clock;
  private final Duration callTimeout;
  private final HttpClient client;

  /**
   * Limits of calls.
   *
   * @param connectTimeout of the TCP connection and of the TLS handshake, each
   * @param callTimeout of a whole call
   * @param concurrency concurrent calls
   */
  public record CallLimits(Duration connectTimeout, Duration callTimeout, int concurrency) {}

  /**
   * A request.
   *
   * @param method GET, PUT, ...
   * @param url the URL; checked by the URL policy
   * @param headers additional headers
   * @param body the whole body
   * @param attempt from 0: each attempt uses the host's next address, in case one is unreachable
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Request(
      String method, String url, Map<String, String> headers, byte[] body, int attempt) {}

  /**
   * A result with what the server says of it.
   *
   * @param result of the call
   * @param location the response's Location; empty if there is none
   * @param body at most its first 4 KB; not to be published
   */
  public record ExplainedResult(CallResult result, String location, String body) {}

  /**
   * @param vertx the caller closes it
   * @param options TLS trust and so on; timeouts and limits are overridden
   */
  public PinnedHttpClient(
      UrlPolicy urlPolicy, CallLimits limits, Clock clock, Vertx vertx, HttpClientOptions options) {
    this.urlPolicy = urlPolicy;
    this.clock = clock;
    this.callTimeout = limits.callTimeout();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(options)
                .setConnectTimeout(Math.toIntExact(limits.connectTimeout().toMillis()))
                .setSslHandshakeTimeout(Math.max(1, limits.connectTimeout().toSeconds()))
                .setKeepAlive(false)
                .setMaxPoolSize(limits.concurrency())
                .setMaxHeaderSize(MAX_HEADER_BYTES));
  }

  /** Sends a request; blocks until the result, at most for the call timeout. Never throws. */
  public CallResult send(Request request) {
    return send(request, new HttpExchange(clock));
  }

  /**
   * Sends a request as {@link #send} does, and tells what the server says of a failure.
   *
   * @return the result; of a failure also the response's Location and the start of its body
   */
  public ExplainedResult sendExplained(Request request) {
    HttpExchange exchange = new HttpExchange(clock);
    CallResult result = send(request, exchange);
    // Without a status the exchange may still be receiving.
    return result instanceof CallResult.Failed failed && failed.status() != 0
        ? new ExplainedResult(
            result, exchange.location(), new String(exchange.body(), StandardCharsets.UTF_8))
        : new ExplainedResult(result, "", "");
  }

  /**
   * Fetches the body of a URL; blocks until it is complete, at most for the call timeout. Redirects
   * are not followed. Never throws.
   *
   * @param request without a body of its own
   * @param maxBytes of the body
   */
  public FetchResult fetch(Request request, int maxBytes) {
    HttpExchange exchange = new HttpExchange(clock, maxBytes);
    CallResult result = send(request, exchange);
    if (!(result instanceof CallResult.Success)) {
      return new FetchResult.NotFetched(result);
    }
    byte[] body = exchange.body();
    return body.length > maxBytes ? new FetchResult.TooLarge() : new FetchResult.Fetched(body);
  }

  private CallResult send(Request request, HttpExchange exchange) {
    long deadline = System.nanoTime() + callTimeout.toNanos();
    try {
      ParsedUrl url = urlPolicy.validate(request.url());
      List<InetAddress> found = urlPolicy.resolveAllowed(url);
      InetAddress address = found.get(request.attempt() % found.size());
      exchange.send(client, requestOptions(request, url, address), request.body());
      return exchange.result(Duration.ofNanos(deadline - System.nanoTime()));
    } catch (UrlNotAllowedException e) {
      return new CallResult.NotAllowed(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return CallResult.Failed.noResponse("unknown host");
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static RequestOptions requestOptions(
      Request request, ParsedUrl url, InetAddress address) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method()))
            .setHost(url.host())
            .setPort(url.port())
            .setSsl(url.https())
            .setURI(url.target())
            .setServer(pinnedAddress(address, url.port()))
            .setFollowRedirects(false)
            .putHeader("content-length", String.valueOf(request.body().length));
    request.headers().forEach(options::putHeader);
    return options;
  }

  // Without the host name, so that Vert.x cannot resolve it again.
  private static SocketAddress pinnedAddress(InetAddress address, int port) {
    try {
      return SocketAddress.inetSocketAddress(
          new InetSocketAddress(InetAddress.getByAddress(address.getAddress()), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IP address has 4 or 16 bytes", e);
    }
  }
}
