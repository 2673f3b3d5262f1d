package dev.sanaq.webhook.send;

import dev.sanaq.json.Json;
import dev.sanaq.webhook.Delivery;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bodies of webhooks. */
final class WebhookPayload {
  private WebhookPayload() {}

  /** The body as in Standard Webhooks; the same bytes for every attempt. */
  static byte[] body(Delivery delivery) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", delivery.type());
    body.put("timestamp", delivery.time().toString());
    body.put("data", delivery.data());
    return Json.write(body);
  }
}
