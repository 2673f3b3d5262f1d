package dev.sanaq.kafka.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes records and commits consumed offsets in one Kafka transaction (exactly-once semantics):
 * either all of them become visible and the offsets are committed, or none. Transactions are short:
 * publish after the images are stored. One thread at a time.
 *
 * <p>The broker takes a while to write the markers of a committed transaction, and the producer
 * cannot begin its next one before that. So several producers take turns. Order is kept: a
 * transaction begins after the previous one is committed, and the broker keeps the offset that was
 * written last, whichever transaction is marked first.
 */
public final class TransactionalPublisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TransactionalPublisher.class);

  /** Producers that take turns. */
  private static final int PRODUCER_COUNT = 3;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final IntFunction<Producer<byte[], byte[]>> producerFactory;
  private final List<@Nullable Producer<byte[], byte[]>> openProducers =
      new ArrayList<>(Collections.nCopies(PRODUCER_COUNT, null));
  private int currentProducer;

  /**
   * @param producerFactory creates the transactional producer of a number; the same number has the
   *     same transactional id
   */
  public TransactionalPublisher(IntFunction<Producer<byte[], byte[]>> producerFactory) {
    this.producerFactory = producerFactory;
  }

  /**
   * Publishes records and commits offsets; returns after the commit. A record that is too large is
   * shortened: the value of a dead letter, the echoed request of an event.
   *
   * @param records the records to write
   * @param offsets the offsets to commit for the group, by partition
   * @param group the consumer's current membership: the broker fences a member that has been
   *     removed from the group
   * @throws PublishException if the broker did not take certain records; nothing is committed
   * @throws KafkaException if the commit is not known to have succeeded; then call {@link
   *     #completePendingTransactions} and continue from the committed offsets of the broker
   */
  public void publish(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>(records);
    while (!tryPublish(records, sent, offsets, group)) {
      continue;
    }
    currentProducer = (currentProducer + 1) % PRODUCER_COUNT;
  }

  /**
   * Publishes once.
   *
   * @param records as the caller gave them
   * @param sent the same, some of them shortened; records that are too large are shortened here
   * @return false if another try with the shortened records may succeed
   */
  private boolean tryPublish(
      List<ProducerRecord<byte[], byte[]>> records,
      List<ProducerRecord<byte[], byte[]>> sent,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    try {
      transact(sent, offsets, group);
      return true;
    } catch (PublishException e) {
      List<ProducerRecord<byte[], byte[]>> rejected = new ArrayList<>();
      for (int i = 0; i < sent.size(); i++) {
        ProducerRecord<byte[], byte[]> record = sent.get(i);
        if (e.rejected().stream().anyMatch(r -> r == record)) {
          Optional<ProducerRecord<byte[], byte[]>> shorter =
              e.isTooLarge() ? RecordShortener.shorten(record) : Optional.empty();
          if (shorter.isPresent()) {
            LOG.warnf("%s; the record is shortened", e.getMessage());
            sent.set(i, shorter.get());
          } else {
            rejected.add(records.get(i));
          }
        }
      }
      if (!rejected.isEmpty()) {
        throw e.withRejected(rejected);
      }
      return false;
    }
  }

  /**
   * After a failure: waits until the broker has committed or aborted every pending transaction.
   *
   * @throws KafkaException if the broker cannot be reached
   */
  public void completePendingTransactions() {
    openProducers();
  }

  /** Closes every producer, also if one of them fails to close. */
  @Override
  public void close() {
    for (Producer<byte[], byte[]> producer : openProducers) {
      try {
        if (producer != null) {
          producer.close(CLOSE_TIMEOUT);
        }
      } catch (KafkaException e) {
        LOG.warn("a producer did not close; the broker aborts its transaction", e);
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
      // Only the broker knows whether it was committed; the next producer of this id will wait for
      // it.
      discard(producer);
      throw e;
    }
  }

  private static void sendAll(
      Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<?>> sent = new ArrayList<>();
    try {
      for (ProducerRecord<byte[], byte[]> record : records) {
        sent.add(producer.send(record));
        // The transaction fails anyway: do not wait for the topics of the other records.
        throwIfRejected(records, sent, sent.size() - 1);
      }
      producer.flush();
    } catch (KafkaException e) {
      // An earlier record may be the cause.
      throwIfRejected(records, sent, 0);
      throw e;
    }
    throwIfRejected(records, sent, 0);
  }

  // Opens all of them: this aborts transactions of an earlier process with the same name.
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

  // A producer that cannot abort is unusable. The next one with the same id completes its pending
  // transaction first.
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

  /** Throws if sends have failed, from the record at that index on. */
  private static void throwIfRejected(
      List<ProducerRecord<byte[], byte[]>> records, List<Future<?>> sends, int from) {
    List<ProducerRecord<byte[], byte[]>> rejected = new ArrayList<>();
    RuntimeException cause = null;
    for (int i = from; i < sends.size(); i++) {
      RuntimeException failure = failure(sends.get(i));
      if (failure != null) {
        // Other records may fail for another reason, or only because of this one.
        cause = cause == null ? failure : cause;
        if (failure.getClass() == cause.getClass()) {
          rejected.add(records.get(i));
        }
      }
    }
    if (cause != null) {
      throw new PublishException(rejected, cause);
    }
  }

  private static @Nullable RuntimeException failure(Future<?> send) {
    if (!send.isDone()) {
      return null;
    }
    try {
      send.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause() instanceof RuntimeException cause ? cause : new KafkaException(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
