package dev.sanaq.kafka.event;

import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
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
 * Writes terminal events and dead letters together with the consumed offsets in one Kafka
 * transaction: all of it becomes visible, and the records count as consumed, or none of it. A
 * transaction lives only as long as the writing: call this when the images lie on the storage. One
 * thread at a time.
 *
 * <p>A committed transaction takes the broker a while to mark, and its producer cannot begin the
 * next one before that: so several take turns. Their order stays, since one begins when the last is
 * committed, and a broker keeps the offset that was written last, whichever is marked first.
 */
public final class TransactionalPublisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TransactionalPublisher.class);

  /** How many producers take turns. */
  private static final int PRODUCER_COUNT = 3;

  private final IntFunction<Producer<byte[], byte[]>> producerFactory;
  private final List<@Nullable Producer<byte[], byte[]>> openProducers =
      new ArrayList<>(Collections.nCopies(PRODUCER_COUNT, null));
  private int currentProducer;

  /**
   * @param producers makes a transactional producer, for the same number each time under the same
   *     transactional id
   */
  public TransactionalPublisher(IntFunction<Producer<byte[], byte[]>> producers) {
    this.producerFactory = producers;
  }

  /**
   * Publishes; on return it is committed.
   *
   * @param records what to write
   * @param offsets where the group goes on from, by partition
   * @param group the consumer's membership as of now: a member that has lost its place is refused
   * @throws KafkaException where it is not known to be committed; call {@link
   *     #completePendingTransactions}, ask the broker for the committed offsets and go on from
   *     there
   */
  public void publish(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    try {
      transact(records, offsets, group);
    } catch (RecordTooLargeException e) {
      LOG.warnf("a dead letter is too large for its topic and is cut: %s", e.getMessage());
      transact(
          records.stream().map(TransactionalPublisher::truncateDeadLetter).toList(),
          offsets,
          group);
    }
    currentProducer = (currentProducer + 1) % PRODUCER_COUNT;
  }

  /**
   * After a failure: on return the broker has brought the last transaction to its end, whichever.
   *
   * @throws KafkaException where the broker cannot be reached
   */
  public void completePendingTransactions() {
    openProducers();
  }

  @Override
  public void close() {
    for (Producer<byte[], byte[]> producer : openProducers) {
      if (producer != null) {
        producer.close(Duration.ofSeconds(10));
      }
    }
    Collections.fill(openProducers, null);
  }

  private void transact(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    Producer<byte[], byte[]> producer = openProducers();
    try {
      producer.beginTransaction();
      sendAll(producer, records);
      producer.sendOffsetsToTransaction(offsets, group);
    } catch (RuntimeException e) {
      abort(producer, e);
      throw e;
    }
    try {
      producer.commitTransaction();
    } catch (RuntimeException e) {
      // Whether it was committed is the broker's to tell: the next producer of this id finds out.
      discard(producer);
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

  // All of them, so that nothing stays open that a process of the same name left behind.
  private Producer<byte[], byte[]> openProducers() {
    for (int i = 0; i < PRODUCER_COUNT; i++) {
      if (openProducers.get(i) == null) {
        openProducers.set(i, initTransactions(producerFactory.apply(i)));
      }
    }
    return Objects.requireNonNull(openProducers.get(currentProducer));
  }

  private static Producer<byte[], byte[]> initTransactions(Producer<byte[], byte[]> producer) {
    try {
      producer.initTransactions();
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  // A producer that cannot abort is beyond repair. The next one of the same id settles what this
  // one left open before it begins anything.
  private void abort(Producer<byte[], byte[]> producer, RuntimeException cause) {
    try {
      producer.abortTransaction();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      discard(producer);
    }
  }

  private void discard(Producer<byte[], byte[]> producer) {
    openProducers.set(currentProducer, null);
    producer.close(Duration.ZERO);
  }

  private static ProducerRecord<byte[], byte[]> truncateDeadLetter(
      ProducerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(DeadLetterFactory.REASON) == null
        ? record
        : DeadLetterFactory.truncate(record);
  }
}
