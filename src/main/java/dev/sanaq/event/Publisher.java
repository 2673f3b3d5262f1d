package dev.sanaq.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes terminal events and dead letters together with the consumed offset in one Kafka
 * transaction. A transaction lives only as long as the writing: call this when the pictures lie on
 * the storage. One thread, the consumer's.
 */
public final class Publisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Publisher.class);

  private final Supplier<Producer<byte[], byte[]>> producers;
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * @param producers makes transactional producers, each time under the same transactional id
   */
  public Publisher(Supplier<Producer<byte[], byte[]>> producers) {
    this.producers = producers;
  }

  /**
   * Publishes; on return it is committed.
   *
   * @param group the consumer's membership as of now: a member that has lost its place is refused
   * @throws KafkaException where it is not known to be committed; ask the broker for the committed
   *     offset and go on from there
   */
  public void publish(Publication publication, ConsumerGroupMetadata group) {
    Map<TopicPartition, OffsetAndMetadata> offset =
        Map.of(publication.source(), new OffsetAndMetadata(publication.offset() + 1));
    try {
      transact(publication.records(), offset, group);
    } catch (RecordTooLargeException e) {
      LOG.warnf("a dead letter is too large for its topic and is cut: %s", e.getMessage());
      transact(publication.records().stream().map(Publisher::cutLetter).toList(), offset, group);
    }
  }

  /**
   * Publishes records together with the offsets of any number of partitions; on return it is
   * committed.
   *
   * @param offsets the next to be read, by partition
   * @throws KafkaException as above
   */
  public void publish(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    transact(records, offsets, group);
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(10));
      producer = null;
    }
  }

  private void transact(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    Producer<byte[], byte[]> open = open();
    try {
      open.beginTransaction();
      sendAll(open, records);
      open.sendOffsetsToTransaction(offsets, group);
      open.commitTransaction();
    } catch (RuntimeException e) {
      abort(open, e);
      throw e;
    }
  }

  private static void sendAll(
      Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<?>> sent = new ArrayList<>();
    records.forEach(record -> sent.add(producer.send(record)));
    producer.flush();
    for (Future<?> future : sent) {
      try {
        future.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : new KafkaException(e);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private Producer<byte[], byte[]> open() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      open = producers.get();
      producer = open;
      open.initTransactions();
    }
    return open;
  }

  // A producer that cannot abort is beyond repair. The next one of the same id settles what this
  // one left open before it begins anything.
  private void abort(Producer<byte[], byte[]> open, RuntimeException cause) {
    try {
      open.abortTransaction();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      producer = null;
      open.close(Duration.ZERO);
    }
  }

  private static ProducerRecord<byte[], byte[]> cutLetter(ProducerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(DeadLetters.REASON) == null
        ? record
        : DeadLetters.cut(record);
  }
}
