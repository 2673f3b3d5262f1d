package dev.sanaq.webhook.send;

import dev.sanaq.net.CallResult;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.WebhookConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Sends signed webhooks by HTTP POST. Any number of threads. */
public final class HttpWebhookClient implements WebhookClient, AutoCloseable {
  private final WebhookSigner signer;
  private final Clock clock;
  private final PinnedHttpClient httpClient;

  /**
   * @param vertx the caller closes it
   * @param options TLS trust and the like; timeouts and limits come from the configuration
   */
  public HttpWebhookClient(
      WebhookConfig config,
      UrlPolicy urlPolicy,
      WebhookSigner signer,
      Clock clock,
      Vertx vertx,
      HttpClientOptions options) {
    this.signer = signer;
    this.clock = clock;
    this.httpClient =
        new PinnedHttpClient(
            urlPolicy,
            new PinnedHttpClient.CallLimits(
                config.connectTimeout(), config.attemptTimeout(), config.concurrency()),
            clock,
            vertx,
            options);
  }

  @Override
  public CallResult send(Delivery delivery) {
    byte[] body = WebhookPayload.body(delivery);
    Map<String, String> headers =
        new HashMap<>(signer.headers(delivery.id(), clock.instant(), body));
    headers.put("content-type", "application/json");
    headers.put("user-agent", "sanaq-webhooks");
    return httpClient.send(
        new PinnedHttpClient.Request("POST", delivery.url(), headers, body, delivery.attempts()));
  }

  @Override
  public void close() {
    httpClient.close();
  }
}
