package dev.sanaq.worker.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The moments between polling and handling, which a real channel passes in microseconds: the test
 * is the polling thread and the event loop.
 */
class RequestSubscriptionTest {
  private static final TopicPartition MOVED = new TopicPartition("requests", 0);
  private static final TopicPartition KEPT = new TopicPartition("requests", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
  private final RequestSubscription subscription = new RequestSubscription(config -> {});

  @BeforeEach
  void start() {
    subscription.onCreated(channelConsumer(), (failure, fatal) -> {});
    subscription.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {}

          @Override
          public void cancel() {}
        });
    subscription.start(List.of("requests"), new NoRebalanceListener());
    consumer.rebalance(List.of(MOVED, KEPT));
  }

  @Test
  void batch_stillAssigned_isTakenOnce() {
    arrive(poll(record(MOVED, 5), record(KEPT, 7)));
    assertThat(take()).containsExactlyInAnyOrder("0@5", "1@7");
    assertThat(take()).isEmpty();
  }

  @Test
  void record_partitionRevokedSincePoll_isDropped() {
    ConsumerRecords<byte[], byte[]> batch = poll(record(MOVED, 5), record(KEPT, 7));
    listener().onPartitionsRevoked(List.of(MOVED));
    arrive(batch);
    assertThat(take()).containsExactly("1@7");
  }

  @Test
  void record_partitionLostAndAssignedAgainSincePoll_isDroppedButNotThoseOfTheNewAssignment() {
    ConsumerRecords<byte[], byte[]> old = poll(record(MOVED, 5));
    listener().onPartitionsLost(List.of(MOVED));
    listener().onPartitionsAssigned(List.of(MOVED));
    ConsumerRecords<byte[], byte[]> current = poll(record(MOVED, 3));
    arrive(old);
    arrive(current);
    assertThat(take()).containsExactly("0@3");
  }

  @Test
  void batch_handlerThrows_comesAgain() {
    arrive(poll(record(KEPT, 7)));
    assertThatThrownBy(
            () ->
                subscription.takeBatch(
                    records -> {
                      throw new KafkaException("no answer");
                    }))
        .hasMessage("no answer");
    assertThat(take()).containsExactly("1@7");
  }

  @Test
  void polling_twoBatchesAhead_isPausedUntilOneIsTaken() {
    ConsumerRecords<byte[], byte[]> first = poll(record(KEPT, 7));
    assertThat(consumer.paused()).isEmpty();
    poll(record(KEPT, 8));
    assertThat(consumer.paused()).containsExactlyInAnyOrder(MOVED, KEPT);
    assertThat(subscription.isAhead()).isTrue();
    arrive(first);
    take();
    assertThat(subscription.isAhead()).isFalse();
  }

  @Test
  void failure_wakesTheWaitingThread_andIsKept() {
    subscription.onFailure(new KafkaException("refused"));
    subscription.awaitBatch(Duration.ofMinutes(1));
    assertThat(subscription.failure()).get().extracting(Throwable::getMessage).isEqualTo("refused");
  }

  @SafeVarargs
  private ConsumerRecords<byte[], byte[]> poll(ConsumerRecord<byte[], byte[]>... records) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> byPartition = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      byPartition.put(new TopicPartition(record.topic(), record.partition()), List.of(record));
    }
    ConsumerRecords<byte[], byte[]> batch = new ConsumerRecords<>(byPartition, Map.of());
    subscription.onPolled(batch);
    return batch;
  }

  private void arrive(ConsumerRecords<byte[], byte[]> batch) {
    subscription.onItem(batch);
  }

  private List<String> take() {
    taken.clear();
    boolean isMore = true;
    while (isMore) {
      isMore = subscription.takeBatch(records -> records.forEach(taken::add));
    }
    return taken.stream().map(record -> record.partition() + "@" + record.offset()).toList();
  }

  private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
    return new ConsumerRecord<>(
        partition.topic(), partition.partition(), offset, new byte[0], new byte[0]);
  }

  private ConsumerRebalanceListener listener() {
    return subscription.listener(new NoRebalanceListener());
  }

  // All that the subscription calls: the polling thread, and the client.
  @SuppressWarnings("unchecked")
  private KafkaConsumer<byte[], byte[]> channelConsumer() {
    return (KafkaConsumer<byte[], byte[]>)
        Proxy.newProxyInstance(
            KafkaConsumer.class.getClassLoader(),
            new Class<?>[] {KafkaConsumer.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("unwrap")) {
                return consumer;
              }
              ((java.util.function.Consumer<Consumer<byte[], byte[]>>) arguments[0])
                  .accept(consumer);
              return Uni.createFrom().voidItem();
            });
  }

  private static final class NoRebalanceListener implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }
}
