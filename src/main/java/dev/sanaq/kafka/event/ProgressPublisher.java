package dev.sanaq.kafka.event;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Tells of beginnings and of progress at once, in no transaction: a reader of committed records
 * sees them live, and one told twice bears the same id. News that cannot be sent is logged and
 * given up, for no image should be lost to it. Any number of threads.
 */
public final class ProgressPublisher {
  private static final Logger LOG = Logger.getLogger(ProgressPublisher.class);

  /** The arrival of what was never told. */
  public static final Future<?> DONE = CompletableFuture.completedFuture(null);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  /**
   * @param producer stays its maker's to close
   * @param topic where events go
   */
  public ProgressPublisher(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Sends the event on its way; waits only where the broker's whereabouts are unknown.
   *
   * @return done when it has arrived or is given up
   */
  public Future<?> send(CloudEvent event) {
    try {
      return producer.send(
          event.toRecord(topic),
          (sent, failure) -> {
            if (failure != null) {
              LOG.warnf("event %s was not sent: %s", event.id(), failure.getMessage());
            }
          });
    } catch (KafkaException e) {
      LOG.warnf("event %s was not sent: %s", event.id(), e.getMessage());
      return DONE;
    }
  }

  /** Waits until these have arrived or are given up, so that the end comes last. */
  public void awaitSent(Collection<? extends Future<?>> told) {
    if (!told.stream().allMatch(Future::isDone)) {
      producer.flush();
    }
  }
}
