package dev.sanaq.worker.consume;

import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.kafka.request.CancellationDecoder;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Reads all cancellations, on a thread of its own: every worker knows all of them, since the job
 * may be anybody's. From a while ago on, so that one that came before its job is known too.
 */
public final class CancellationConsumer {
  private static final Logger LOG = Logger.getLogger(CancellationConsumer.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
  private static final Duration PARTITION_REFRESH_INTERVAL = Duration.ofMinutes(1);

  private final Supplier<Consumer<byte[], byte[]>> consumerFactory;
  private final String topic;
  private final CancellationDecoder decoder;
  private final Duration retention;
  private final Clock clock;
  private final Duration retryBackoff;
  private final java.util.function.Consumer<Cancellation> listener;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param consumers make readers in no group
   * @param memory how far back to begin
   * @param retryPause the pause after Kafka refused something
   * @param listener told of each, once or more
   */
  public CancellationConsumer(
      Supplier<Consumer<byte[], byte[]>> consumers,
      String topic,
      CancellationDecoder decoder,
      Duration memory,
      Clock clock,
      Duration retryPause,
      java.util.function.Consumer<Cancellation> listener) {
    this.consumerFactory = consumers;
    this.topic = topic;
    this.decoder = decoder;
    this.retention = memory;
    this.clock = clock;
    this.retryBackoff = retryPause;
    this.listener = listener;
    this.thread = new Thread(this::run, "sanaq-cancellations");
    this.thread.setDaemon(true);
  }

  /** Begins, and waits until what was there is read, but not for ever. */
  public void start(Duration patience) {
    thread.start();
    try {
      if (!caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf("%s is not read to its end within %s; going on", topic, patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public void stop() {
    stopped = true;
  }

  private void run() {
    while (!stopped) {
      try (Consumer<byte[], byte[]> consumer = consumerFactory.get()) {
        consume(consumer);
      } catch (KafkaException | IllegalStateException e) {
        LOG.warnf(
            "%s cannot be read: %s; the next try is in %s", topic, e.getMessage(), retryBackoff);
        backOff();
      }
    }
  }

  private void consume(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = new HashSet<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    long looked = System.nanoTime() - PARTITION_REFRESH_INTERVAL.toNanos();
    while (!stopped) {
      if (System.nanoTime() - looked >= PARTITION_REFRESH_INTERVAL.toNanos()) {
        looked = System.nanoTime();
        assignNewPartitions(consumer, partitions);
        ends.putAll(consumer.endOffsets(partitions));
      }
      consumer.poll(POLL_TIMEOUT).forEach(this::notifyListener);
      if (caughtUp.getCount() > 0
          && ends.entrySet().stream()
              .allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
        caughtUp.countDown();
      }
    }
  }

  private void assignNewPartitions(
      Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new IllegalStateException("there is no such topic; create it");
    }
    Map<TopicPartition, Long> since = new HashMap<>();
    for (PartitionInfo info : found) {
      TopicPartition partition = new TopicPartition(info.topic(), info.partition());
      if (partitions.add(partition)) {
        since.put(partition, clock.instant().minus(retention).toEpochMilli());
      }
    }
    if (!since.isEmpty()) {
      consumer.assign(partitions);
      Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(since);
      Map<TopicPartition, Long> ends = consumer.endOffsets(since.keySet());
      since.keySet().forEach(p -> consumer.seek(p, start(offsets, ends, p)));
    }
  }

  private static long start(
      Map<TopicPartition, OffsetAndTimestamp> offsets,
      Map<TopicPartition, Long> ends,
      TopicPartition partition) {
    OffsetAndTimestamp found = offsets.get(partition);
    return found == null ? ends.getOrDefault(partition, 0L) : found.offset();
  }

  private void notifyListener(ConsumerRecord<byte[], byte[]> record) {
    if (decoder.decode(record) instanceof CancellationDecoder.Readable readable) {
      listener.accept(readable.cancellation());
    }
  }

  private void backOff() {
    try {
      Thread.sleep(retryBackoff.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }
}
