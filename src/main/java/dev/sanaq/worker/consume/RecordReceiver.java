package dev.sanaq.worker.consume;

import dev.sanaq.worker.finish.InitialOffsets;
import dev.sanaq.worker.finish.PartitionTrackers;
import dev.sanaq.worker.requests.RequestConsumer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Dispatches what the channel has received, and pauses partitions. The channel goes on polling
 * paused partitions, which keeps the membership however long a job takes. The polling thread,
 * except {@link #disconnectedReason}.
 */
public final class RecordReceiver {
  private final RequestConsumer consumer;
  private final PartitionTrackers trackers;
  private final RecordDispatcher dispatcher;
  private final Backpressure backpressure;
  private final BrokerConnectivity connectivity;
  private final InitialOffsets initialOffsets = new InitialOffsets();

  public RecordReceiver(
      RequestConsumer consumer,
      PartitionTrackers trackers,
      RecordDispatcher dispatcher,
      Backpressure backpressure) {
    this.consumer = consumer;
    this.trackers = trackers;
    this.dispatcher = dispatcher;
    this.backpressure = backpressure;
    this.connectivity = new BrokerConnectivity(consumer);
  }

  /** Waits until records have arrived, or no more will. The loop's thread. */
  void awaitRecords(Duration timeout) {
    consumer.awaitRecords(timeout);
  }

  /**
   * Dispatches all records that have arrived.
   *
   * @throws KafkaException if a call failed; its records come again with the next call
   */
  void receive() {
    consumer.takeRecords(this::dispatch);
    initialOffsets.commit(consumer.get(), trackers::isTracked);
    pauseOrResume();
  }

  private void dispatch(ConsumerRecords<byte[], byte[]> records) {
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
    if (!backpressure.isActive() && !consumer.isAhead()) {
      paused.retainAll(trackers.fullPartitions());
    }
    Set<TopicPartition> resumed = new HashSet<>(current.paused());
    resumed.removeAll(paused);
    paused.removeAll(current.paused());
    current.resume(resumed);
    current.pause(paused);
  }
}
