package dev.sanaq.event;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Tells of beginnings and of progress at once, in no transaction: a reader of committed records
 * sees them live, and one told twice bears the same id. News that cannot be sent is logged and
 * given up, for no picture should be lost to it. Any number of threads.
 */
public final class LiveEvents {
  private static final Logger LOG = Logger.getLogger(LiveEvents.class);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  /**
   * @param producer stays its maker's to close
   * @param topic where events go
   */
  public LiveEvents(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /** Sends the event on its way; waits only where the broker's whereabouts are unknown. */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of every failure
  public void tell(CloudEvent event) {
    try {
      producer.send(
          event.toRecord(topic),
          (sent, failure) -> {
            if (failure != null) {
              LOG.warnf("event %s was not sent: %s", event.id(), failure.getMessage());
            }
          });
    } catch (KafkaException e) {
      LOG.warnf("event %s was not sent: %s", event.id(), e.getMessage());
    }
  }

  /** Waits until everything told has arrived or is given up, so that the end comes last. */
  public void flush() {
    producer.flush();
  }
}
