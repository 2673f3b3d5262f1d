package dev.sanaq.webhook;

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

/**
 * Sends messages over HTTP/1.1, each on a connection of its own. The connection is made to the very
 * address that the {@link Gate} checked, while Host header, SNI and the certificate's check keep
 * the name: a second look-up, which could lead elsewhere, does not happen. Redirects are not
 * followed: a receiver that has moved says so to whoever configures it. No proxy is asked.
 */
final class HttpSender implements Sender, AutoCloseable {
  private final Gate gate;
  private final Signer signer;
  private final Clock clock;
  private final Duration timeout;
  private final HttpClient client;

  /**
   * @param vertx stays its maker's to close
   * @param options trust and such; time-outs and limits come from the configuration
   */
  HttpSender(
      WebhookConfig config,
      Gate gate,
      Signer signer,
      Clock clock,
      Vertx vertx,
      HttpClientOptions options) {
    this.gate = gate;
    this.signer = signer;
    this.clock = clock;
    this.timeout = config.timeout();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(options)
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setSslHandshakeTimeout(Math.max(1, config.connectTimeout().toSeconds()))
                .setKeepAlive(false)
                .setMaxPoolSize(config.concurrency())
                .setMaxHeaderSize(8192));
  }

  @Override
  public Outcome send(Delivery delivery) {
    long until = System.nanoTime() + timeout.toNanos();
    try {
      Callback callback = gate.read(delivery.url());
      List<InetAddress> addresses = gate.addresses(callback);
      // The next attempt takes the next address, so that a dead one is not a dead end.
      InetAddress address = addresses.get(delivery.attempts() % addresses.size());
      byte[] body = Messages.body(delivery);
      Exchange exchange = new Exchange(clock);
      exchange.begin(client, options(callback, address, delivery, body), body);
      return exchange.outcome(Duration.ofNanos(until - System.nanoTime()));
    } catch (RefusedException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      return new Outcome.Failed("its host is not known", Duration.ZERO);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private RequestOptions options(
      Callback callback, InetAddress address, Delivery delivery, byte[] body) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(callback.host())
            .setPort(callback.port())
            .setSsl(callback.https())
            .setURI(callback.target())
            .setServer(pinned(address, callback.port()))
            .setFollowRedirects(false)
            .putHeader("content-type", "application/json")
            .putHeader("content-length", String.valueOf(body.length))
            .putHeader("user-agent", "sanaq-webhooks");
    signer.headers(delivery.id(), clock.instant(), body).forEach(options::putHeader);
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
