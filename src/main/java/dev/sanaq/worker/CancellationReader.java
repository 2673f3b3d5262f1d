package dev.sanaq.worker;

import dev.sanaq.intake.Cancellation;
import dev.sanaq.intake.CancellationDecoder;
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
final class CancellationReader {
  private static final Logger LOG = Logger.getLogger(CancellationReader.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LOOK_FOR_PARTITIONS = Duration.ofMinutes(1);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final String topic;
  private final CancellationDecoder decoder;
  private final Duration memory;
  private final Clock clock;
  private final Duration retryPause;
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
  CancellationReader(
      Supplier<Consumer<byte[], byte[]>> consumers,
      String topic,
      CancellationDecoder decoder,
      Duration memory,
      Clock clock,
      Duration retryPause,
      java.util.function.Consumer<Cancellation> listener) {
    this.consumers = consumers;
    this.topic = topic;
    this.decoder = decoder;
    this.memory = memory;
    this.clock = clock;
    this.retryPause = retryPause;
    this.listener = listener;
    this.thread = new Thread(this::run, "sanaq-cancellations");
    this.thread.setDaemon(true);
  }

  /** Begins, and waits until what was there is read, but not for ever. */
  void start(Duration patience) {
    thread.start();
    try {
      if (!caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf("%s is not read to its end within %s; going on", topic, patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void stop() {
    stopped = true;
  }

  private void run() {
    while (!stopped) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        read(consumer);
      } catch (KafkaException | IllegalStateException e) {
        LOG.warnf(
            "%s cannot be read: %s; the next try is in %s", topic, e.getMessage(), retryPause);
        pause();
      }
    }
  }

  private void read(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = new HashSet<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    long looked = System.nanoTime() - LOOK_FOR_PARTITIONS.toNanos();
    while (!stopped) {
      if (System.nanoTime() - looked >= LOOK_FOR_PARTITIONS.toNanos()) {
        looked = System.nanoTime();
        add(consumer, partitions);
        ends.putAll(consumer.endOffsets(partitions));
      }
      consumer.poll(POLL).forEach(this::tell);
      if (caughtUp.getCount() > 0
          && ends.entrySet().stream()
              .allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
        caughtUp.countDown();
      }
    }
  }

  private void add(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new IllegalStateException("there is no such topic; create it");
    }
    Map<TopicPartition, Long> since = new HashMap<>();
    for (PartitionInfo info : found) {
      TopicPartition partition = new TopicPartition(info.topic(), info.partition());
      if (partitions.add(partition)) {
        since.put(partition, clock.instant().minus(memory).toEpochMilli());
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

  private void tell(ConsumerRecord<byte[], byte[]> record) {
    if (decoder.decode(record) instanceof CancellationDecoder.Readable readable) {
      listener.accept(readable.cancellation());
    }
  }

  private void pause() {
    try {
      Thread.sleep(retryPause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }
}
