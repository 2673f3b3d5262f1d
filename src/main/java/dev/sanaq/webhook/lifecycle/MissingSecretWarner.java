package dev.sanaq.webhook.lifecycle;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.kafka.channel.ChannelSubscription;
import dev.sanaq.kafka.event.CloudEvent;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Logs a warning at the first event with a callback URL while no secret is configured. It reads the
 * channel {@code unsigned-webhooks}, from its end, until then.
 */
@ApplicationScoped
class MissingSecretWarner {
  private static final Logger LOG = Logger.getLogger(MissingSecretWarner.class);
  private static final String CHANNEL = "unsigned-webhooks";

  private final Multi<Message<ConsumerRecords<byte[], byte[]>>> batches;
  private final ChannelSubscription subscription =
      new ChannelSubscription(CHANNEL, "sanaq-webhook-watch", this::warnOfCallback);

  MissingSecretWarner(@Channel(CHANNEL) Multi<Message<ConsumerRecords<byte[], byte[]>>> batches) {
    this.batches = batches;
  }

  /** Starts to read events; call it once. */
  void start() {
    subscription.start(batches);
  }

  void stop() {
    subscription.close();
  }

  private void warnOfCallback(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (hasCallback(record)) {
        LOG.warnf(
            "job %s has a callbackUrl, but webhooks are off: set sanaq.webhook.secrets; then the"
                + " events that are still in the topic are delivered",
            CloudEvent.of(record).subject());
        subscription.close();
        return;
      }
    }
  }

  private static boolean hasCallback(ConsumerRecord<byte[], byte[]> record) {
    try {
      return !CloudEvent.of(record).callbackUrl().isEmpty();
    } catch (BadJsonException e) {
      LOG.debugf(
          "%s-%d@%d is no event: %s", record.topic(), record.partition(), record.offset(), e);
      return false;
    }
  }
}
