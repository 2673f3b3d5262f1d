package dev.sanaq.kafka;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A group consumer that can be closed and opened again. With the {@code consumer} group protocol a
 * member that the broker has refused for any reason never joins again, however long its consumer is
 * polled: only a new consumer does. One thread, except {@link #current}.
 */
public final class ReplaceableConsumer implements CurrentConsumer {
  private static final Logger LOG = Logger.getLogger(ReplaceableConsumer.class);
  private static final Duration REFUSED_TIMEOUT = Duration.ofSeconds(2);

  private final Supplier<Consumer<byte[], byte[]>> factory;
  private volatile @Nullable Consumer<byte[], byte[]> consumer;

  /**
   * Opens the first consumer.
   *
   * @param factory creates a consumer that has not subscribed
   */
  public ReplaceableConsumer(Supplier<Consumer<byte[], byte[]>> factory) {
    this.factory = factory;
    this.consumer = factory.get();
  }

  /** The broker refuses the member: its partitions are lost. Close the consumer, open another. */
  public static final class RefusedException extends KafkaException {
    private static final long serialVersionUID = 1L;

    /**
     * @param cause what the poll has thrown
     */
    public RefusedException(Throwable cause) {
      super(Objects.requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    }
  }

  @Override
  public Optional<Consumer<byte[], byte[]>> current() {
    return Optional.ofNullable(consumer);
  }

  /**
   * Polls the open consumer.
   *
   * @throws RefusedException if the consumer may never join its group again; it says so only once
   */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return get().poll(timeout);
    } catch (ApiException e) {
      throw isFatal(e) ? new RefusedException(e) : e;
    }
  }

  /**
   * Opens a consumer, unless one is open.
   *
   * @throws KafkaException if the brokers' addresses cannot be resolved
   */
  public void open() {
    if (consumer == null) {
      consumer = factory.get();
    }
  }

  /**
   * Closes the consumer, which leaves the group; does nothing if it is closed.
   *
   * @param timeout how long to wait for the broker
   * @throws KafkaException if closing failed; the consumer counts as closed
   */
  public void close(Duration timeout) {
    close(CloseOptions.timeout(timeout));
  }

  /** Closes a consumer after {@link RefusedException}, quickly: it is no member any more. */
  public void closeRefused() {
    try {
      close(REFUSED_TIMEOUT);
    } catch (KafkaException e) {
      LOG.debugf(e, "the refused consumer did not close cleanly");
    }
  }

  /** Closes the consumer with a choice of what happens to the membership. */
  public void close(CloseOptions options) {
    Consumer<byte[], byte[]> last = consumer;
    if (last != null) {
      try {
        last.close(options);
      } finally {
        // Not before: closing calls the rebalance listener, which uses the consumer.
        consumer = null;
      }
    }
  }

  // All errors of the broker that are not retriable. Missing topics and missing rights to a topic
  // are none: the same consumer goes on once they are there.
  private static boolean isFatal(ApiException error) {
    return !(error instanceof RetriableException
        || error instanceof TopicAuthorizationException
        || error instanceof InvalidTopicException);
  }
}
