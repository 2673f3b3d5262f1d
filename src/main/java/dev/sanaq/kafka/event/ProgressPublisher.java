package dev.sanaq.kafka.event;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Publishes started and progress events, best effort: outside of transactions, so that
 * read_committed consumers see them immediately. An event that cannot be sent is logged and
 * dropped, so that it never fails a job. Any number of threads.
 */
public final class ProgressPublisher {
  private static final Logger LOG = Logger.getLogger(ProgressPublisher.class);

  /** The result of a send that is already over. */
  public static final Future<?> DONE = CompletableFuture.completedFuture(null);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  /**
   * @param producer the caller closes it
   * @param topic the event topic
   */
  public ProgressPublisher(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Sends an event asynchronously; blocks only while the topic's metadata is unknown.
   *
   * @return done when the event is acknowledged or dropped
   */
  public Future<?> send(CloudEvent event) {
    try {
      return producer.send(
          event.toRecord(topic),
          (sent, failure) -> {
            if (failure != null) {
              LOG.warnf("could not send event %s: %s", event.id(), failure.getMessage());
            }
          });
    } catch (KafkaException e) {
      LOG.warnf("could not send event %s: %s", event.id(), e.getMessage());
      return DONE;
    }
  }

  /** Waits until these sends are done, so that the terminal event is the last of its job. */
  public void awaitSent(Collection<? extends Future<?>> sends) {
    if (!sends.stream().allMatch(Future::isDone)) {
      producer.flush();
    }
  }
}
