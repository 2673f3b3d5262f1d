package dev.sanaq.webhook;

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
final class Inbox {
  private final Consumer<byte[], byte[]> consumer;
  private final Consumer<byte[], byte[]> gauge;
  private final String topic;
  private final EventIntake intake;
  private final Board board;
  private final Ledger ledger;
  private final Clock clock;
  private final Map<TopicPartition, Long> behind = new HashMap<>();

  /**
   * @param gauge tells where partitions end, whatever of it is still to be settled: what the owner
   *     before wrote last is committed, but perhaps not visible yet
   * @param topic the deliveries'
   */
  Inbox(
      Consumer<byte[], byte[]> consumer,
      Consumer<byte[], byte[]> gauge,
      String topic,
      EventIntake intake,
      Board board,
      Ledger ledger,
      Clock clock) {
    this.consumer = consumer;
    this.gauge = gauge;
    this.topic = topic;
    this.intake = intake;
    this.board = board;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Takes a record of either topic. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topic)) {
      fold(record);
    } else {
      intake.read(record).ifPresent(ledger::add);
      ledger.eventRead(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  /** Partitions came here. */
  void assigned(Collection<TopicPartition> partitions) {
    Collection<TopicPartition> mine = ofDeliveries(partitions);
    consumer.seekToBeginning(mine);
    behind.putAll(gauge.endOffsets(mine));
  }

  /** Partitions are another's now. */
  void gone(Collection<TopicPartition> partitions) {
    Set<Integer> numbers = numbers(partitions);
    ledger.drop(numbers);
    board.removePartitions(numbers);
    behind.keySet().removeAll(partitions);
  }

  /** The partitions whose deliveries are not all known yet. */
  Set<Integer> behind() {
    behind.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    return numbers(behind.keySet());
  }

  /** The numbers of those partitions that are the deliveries'. */
  Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return ofDeliveries(partitions).stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  private Collection<TopicPartition> ofDeliveries(Collection<TopicPartition> partitions) {
    return partitions.stream().filter(partition -> partition.topic().equals(topic)).toList();
  }

  private void fold(ConsumerRecord<byte[], byte[]> record) {
    String id = DeliveryLog.id(record);
    if (record.value() == null) {
      board.remove(id);
      return;
    }
    DeliveryLog.read(record)
        .filter(delivery -> delivery.id().equals(id))
        .ifPresent(delivery -> fold(delivery, record));
  }

  private void fold(Delivery delivery, ConsumerRecord<byte[], byte[]> record) {
    Entry entry = Entry.of(delivery, record.partition(), record.offset(), record.value().length);
    Optional<Entry> known = board.find(delivery.id());
    if (delivery.cause() == Cause.EVENT && known.isPresent()) {
      repeated(delivery, known.get(), entry);
      return;
    }
    if (known.isPresent() && isOfBefore(known.get(), delivery)) {
      board.put(known.get().at(entry.offset(), entry.bytes()), clock.instant());
      return;
    }
    board.put(entry, clock.instant());
    if (delivery.cause() == Cause.ATTEMPT) {
      board.release(delivery.id());
    }
  }

  // What was written before the attempt that is under way began says nothing of that one, and must
  // not let another begin beside it.
  private boolean isOfBefore(Entry known, Delivery delivery) {
    return delivery.cause() == Cause.ATTEMPT
        && board.inFlight(known.id())
        && delivery.attempts() <= known.attempts();
  }

  // The topic may soon hold only this last record, so the state is written again after it; of one
  // that is under way, its outcome will be.
  private void repeated(Delivery delivery, Entry known, Entry repeated) {
    board.put(known.at(repeated.offset(), repeated.bytes()), clock.instant());
    if (!board.inFlight(known.id())
        && !behind.containsKey(new TopicPartition(topic, known.partition()))) {
      ledger.change(delivery.asFarAs(known.status(), known.attempts(), known.due()));
    }
  }
}
