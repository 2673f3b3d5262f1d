package dev.sanaq.worker.consume;

import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.worker.finish.PartitionTrackers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Polls the consumer and dispatches what it returns. Paused partitions are polled too, which keeps
 * the membership however long a job takes. The consumer thread, except {@link #disconnectedReason}.
 */
public final class RecordPoller {
  private final ReplaceableConsumer consumer;
  private final PartitionTrackers trackers;
  private final RecordDispatcher dispatcher;
  private final Backpressure backpressure;
  private final BrokerConnectivity connectivity;

  public RecordPoller(
      ReplaceableConsumer consumer,
      PartitionTrackers trackers,
      RecordDispatcher dispatcher,
      Backpressure backpressure) {
    this.consumer = consumer;
    this.trackers = trackers;
    this.dispatcher = dispatcher;
    this.backpressure = backpressure;
    this.connectivity = new BrokerConnectivity(consumer);
  }

  /**
   * Polls once.
   *
   * @throws KafkaException if a call failed; records that were polled are read again
   */
  void poll(Duration timeout) {
    pauseOrResume();
    ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
    trackers.startTracking(records);
    records.forEach(
        record ->
            dispatcher.dispatch(
                record, trackers.get(new TopicPartition(record.topic(), record.partition()))));
  }

  /** Why no broker can be reached; empty while one can. Any thread. */
  Optional<String> disconnectedReason() {
    return connectivity.disconnectedReason();
  }

  private void pauseOrResume() {
    Consumer<byte[], byte[]> current = consumer.get();
    Set<TopicPartition> paused = new HashSet<>(current.assignment());
    if (!backpressure.isActive()) {
      paused.retainAll(trackers.fullPartitions());
    }
    Set<TopicPartition> resumed = new HashSet<>(current.paused());
    resumed.removeAll(paused);
    paused.removeAll(current.paused());
    current.resume(resumed);
    current.pause(paused);
  }
}
