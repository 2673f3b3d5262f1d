package dev.sanaq.webhook.topic;

import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.StateChangeCause;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import dev.sanaq.webhook.queue.DeliveryQueue;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where what is read goes: events to the ledger, the deliveries' own topic to the board. A
 * partition of deliveries is read from its beginning, and is behind until it is read to the end
 * that it had when it came here. One thread, the consumer's.
 */
public final class DeliveryTopicReader {
  private final Consumer<byte[], byte[]> consumer;
  private final Consumer<byte[], byte[]> endOffsetConsumer;
  private final String topic;
  private final DeliveryFactory deliveryFactory;
  private final DeliveryQueue queue;
  private final DeliveryStateWriter stateWriter;
  private final Clock clock;
  private final Map<TopicPartition, Long> catchingUp = new HashMap<>();

  /**
   * @param gauge tells where partitions end, whatever of it is still to be settled: what the owner
   *     before wrote last is committed, but perhaps not visible yet
   * @param topic the deliveries'
   */
  public DeliveryTopicReader(
      Consumer<byte[], byte[]> consumer,
      Consumer<byte[], byte[]> gauge,
      String topic,
      DeliveryFactory intake,
      DeliveryQueue board,
      DeliveryStateWriter ledger,
      Clock clock) {
    this.consumer = consumer;
    this.endOffsetConsumer = gauge;
    this.topic = topic;
    this.deliveryFactory = intake;
    this.queue = board;
    this.stateWriter = ledger;
    this.clock = clock;
  }

  /** Takes a record of either topic. */
  public void dispatch(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topic)) {
      apply(record);
    } else {
      deliveryFactory.fromRecord(record).ifPresent(stateWriter::addDelivery);
      stateWriter.onEventRead(
          new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  /** Partitions came here. */
  public void onAssigned(Collection<TopicPartition> partitions) {
    Collection<TopicPartition> mine = filterDeliveryPartitions(partitions);
    if (mine.isEmpty()) {
      return; // seekToBeginning of no partitions would rewind all of them
    }
    consumer.seekToBeginning(mine);
    catchingUp.putAll(endOffsetConsumer.endOffsets(mine));
  }

  /** Partitions are another's now. */
  public void onRevoked(Collection<TopicPartition> partitions) {
    Set<Integer> numbers = deliveryPartitions(partitions);
    stateWriter.discard(numbers);
    queue.removePartitions(numbers);
    catchingUp.keySet().removeAll(partitions);
  }

  /** The partitions whose deliveries are not all known yet. */
  public Set<Integer> updateCatchingUp() {
    catchingUp.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    return deliveryPartitions(catchingUp.keySet());
  }

  /** The numbers of those partitions that are the deliveries'. */
  public Set<Integer> deliveryPartitions(Collection<TopicPartition> partitions) {
    return filterDeliveryPartitions(partitions).stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  private Collection<TopicPartition> filterDeliveryPartitions(
      Collection<TopicPartition> partitions) {
    return partitions.stream().filter(partition -> partition.topic().equals(topic)).toList();
  }

  private void apply(ConsumerRecord<byte[], byte[]> record) {
    String id = DeliveryTopic.idOf(record);
    if (record.value() == null) {
      queue.remove(id);
      return;
    }
    DeliveryTopic.parse(record)
        .filter(delivery -> delivery.id().equals(id))
        .ifPresent(delivery -> apply(delivery, record));
  }

  private void apply(Delivery delivery, ConsumerRecord<byte[], byte[]> record) {
    DeliveryIndexEntry entry =
        DeliveryIndexEntry.of(delivery, record.partition(), record.offset(), record.value().length);
    Optional<DeliveryIndexEntry> known = queue.find(delivery.id());
    if (delivery.cause() == StateChangeCause.EVENT && known.isPresent()) {
      onDuplicateEvent(delivery, known.get(), entry);
      return;
    }
    if (known.isPresent() && isStale(known.get(), delivery)) {
      queue.put(known.get().withRecord(entry.offset(), entry.bytes()), clock.instant());
      return;
    }
    queue.put(entry, clock.instant());
    if (delivery.cause() == StateChangeCause.ATTEMPT) {
      queue.release(delivery.id());
    }
  }

  // What was written before the attempt that is under way began says nothing of that one, and must
  // not let another begin beside it.
  private boolean isStale(DeliveryIndexEntry known, Delivery delivery) {
    return delivery.cause() == StateChangeCause.ATTEMPT
        && queue.isInFlight(known.id())
        && delivery.attempts() <= known.attempts();
  }

  // The topic may soon hold only this last record, so the state is written again after it; of one
  // that is under way, its outcome will be.
  private void onDuplicateEvent(
      Delivery delivery, DeliveryIndexEntry known, DeliveryIndexEntry repeated) {
    queue.put(known.withRecord(repeated.offset(), repeated.bytes()), clock.instant());
    if (!queue.isInFlight(known.id())
        && !catchingUp.containsKey(new TopicPartition(topic, known.partition()))) {
      stateWriter.addState(delivery.withState(known.status(), known.attempts(), known.due()));
    }
  }
}
