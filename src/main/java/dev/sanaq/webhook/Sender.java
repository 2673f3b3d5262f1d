package dev.sanaq.webhook;

import dev.sanaq.outbound.Outcome;

/** Makes one attempt. Blocks until it has come to something; any number of threads. */
@FunctionalInterface
interface Sender {
  /** Sends the message once; whatever happens is an outcome. */
  Outcome send(Delivery delivery);
}
