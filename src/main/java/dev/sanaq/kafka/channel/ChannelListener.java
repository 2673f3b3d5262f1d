package dev.sanaq.kafka.channel;

import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/**
 * Follows the consumer of an incoming channel. A bean with {@code @Identifier} and the channel's
 * name; the channel names it in {@code consumer-rebalance-listener.name}. The channel's polling
 * thread calls it.
 */
public interface ChannelListener extends KafkaConsumerRebalanceListener {
  /** A listener of a channel that has one consumer after another. */
  interface PerConsumer extends ChannelListener {
    /**
     * The listener of the channel's next consumer.
     *
     * @param config the consumer's configuration, which it may complete
     */
    ChannelListener forConsumer(Map<String, Object> config);
  }

  /** The consumer is closed. */
  default void onClosed() {}

  /**
   * The consumer has returned records, which the channel hands on later, or has moved over what is
   * no record.
   */
  void onPolled(ConsumerRecords<byte[], byte[]> records);
}
