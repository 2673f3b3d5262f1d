package dev.sanaq.webhook.send;

import dev.sanaq.net.CallResult;
import dev.sanaq.webhook.Delivery;

/** Makes one attempt of a delivery. Any number of threads. */
@FunctionalInterface
public interface WebhookClient {
  /** Sends the message once and blocks until the result; an error is a result, too. */
  CallResult send(Delivery delivery);
}
