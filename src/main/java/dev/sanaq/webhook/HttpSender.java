package dev.sanaq.webhook;

import dev.sanaq.outbound.Gate;
import dev.sanaq.outbound.HttpCalls;
import dev.sanaq.outbound.Outcome;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Sends messages by POST, signed. */
final class HttpSender implements Sender, AutoCloseable {
  private final Signer signer;
  private final Clock clock;
  private final HttpCalls calls;

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
    this.signer = signer;
    this.clock = clock;
    this.calls =
        new HttpCalls(
            gate,
            new HttpCalls.Bounds(config.connectTimeout(), config.timeout(), config.concurrency()),
            clock,
            vertx,
            options);
  }

  @Override
  public Outcome send(Delivery delivery) {
    byte[] body = Messages.body(delivery);
    Map<String, String> headers =
        new HashMap<>(signer.headers(delivery.id(), clock.instant(), body));
    headers.put("content-type", "application/json");
    headers.put("user-agent", "sanaq-webhooks");
    return calls.make(
        new HttpCalls.Call("POST", delivery.url(), headers, body, delivery.attempts()));
  }

  @Override
  public void close() {
    calls.close();
  }
}
