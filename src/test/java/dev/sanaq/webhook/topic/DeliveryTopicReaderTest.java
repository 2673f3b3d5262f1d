package dev.sanaq.webhook.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.webhook.queue.DeliveryQueue;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class DeliveryTopicReaderTest {
  private static final TopicPartition EVENTS = new TopicPartition("events", 0);
  private static final TopicPartition DELIVERIES = new TopicPartition("deliveries", 0);

  private final RewindingConsumer consumer = new RewindingConsumer();
  private final DeliveryTopicReader reader = reader(consumer);

  @Test
  void rebalance_withoutNewDeliveryPartition_keepsPositions() {
    consumer.seek(EVENTS, 5);
    consumer.seek(DELIVERIES, 7);
    reader.onAssigned(List.of());
    reader.onAssigned(List.of(EVENTS));
    assertThat(consumer.position(EVENTS)).isEqualTo(5);
    assertThat(consumer.position(DELIVERIES)).isEqualTo(7);
  }

  @Test
  void newDeliveryPartition_isReadFromItsBeginning_othersAreNot() {
    consumer.seek(EVENTS, 5);
    consumer.seek(DELIVERIES, 7);
    reader.onAssigned(List.of(EVENTS, DELIVERIES));
    assertThat(consumer.position(EVENTS)).isEqualTo(5);
    assertThat(consumer.position(DELIVERIES)).isZero();
  }

  /** As KafkaConsumer does and MockConsumer does not: no partitions mean all of them. */
  private static final class RewindingConsumer extends MockConsumer<byte[], byte[]> {
    RewindingConsumer() {
      super("earliest");
      assign(List.of(EVENTS, DELIVERIES));
      updateBeginningOffsets(Map.of(EVENTS, 0L, DELIVERIES, 0L));
      updateEndOffsets(Map.of(EVENTS, 10L, DELIVERIES, 10L));
    }

    @Override
    public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
      super.seekToBeginning(partitions.isEmpty() ? assignment() : partitions);
    }
  }

  private static DeliveryTopicReader reader(RewindingConsumer rewinding) {
    ReplaceableConsumer consumer = new ReplaceableConsumer(() -> rewinding);
    TransactionalPublisher publisher =
        new TransactionalPublisher(
            turn ->
                new MockProducer<>(
                    true,
                    new RoundRobinPartitioner(),
                    new ByteArraySerializer(),
                    new ByteArraySerializer()));
    return new DeliveryTopicReader(
        consumer,
        new RewindingConsumer(),
        DELIVERIES.topic(),
        new DeliveryFactory(Set.of("completed"), Clock.systemUTC()),
        new DeliveryQueue(Clock.systemUTC()),
        new DeliveryStateWriter(consumer, publisher, new DeliveryTopic(DELIVERIES.topic(), 1)));
  }
}
