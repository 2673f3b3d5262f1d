package dev.sanaq.webhook.send;

import dev.sanaq.net.CallResult;
import dev.sanaq.webhook.Delivery;

/** Makes one attempt. Blocks until it has come to something; any number of threads. */
@FunctionalInterface
public interface WebhookClient {
  /** Sends the message once; whatever happens is an outcome. */
  CallResult send(Delivery delivery);
}
