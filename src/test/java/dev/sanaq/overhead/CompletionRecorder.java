package dev.sanaq.overhead;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A plain {@code read_committed} client that notes when each job's terminal event is there. It
 * reads in a thread of its own until it is closed.
 */
final class CompletionRecorder implements AutoCloseable {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread = new Thread(this::pollLoop, "overhead-arrivals");
  private final AtomicReference<@Nullable OverheadWave> wave = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean closed;

  CompletionRecorder(String bootstrapServers, String topic) {
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.setDaemon(true);
    thread.start();
  }

  /** From now on the events of these jobs are noted. */
  void expect(OverheadWave next) {
    wave.set(next);
  }

  /** Throws what went wrong, if anything did. */
  void throwIfFailed() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError("an event is not what it should be", thrown);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
  }

  private void pollLoop() {
    try {
      while (!closed) {
        consumer.poll(POLL_TIMEOUT).forEach(this::onRecord);
      }
    } catch (RuntimeException | AssertionError e) {
      failure.set(e);
    }
  }

  private void onRecord(ConsumerRecord<byte[], byte[]> record) {
    long now = System.nanoTime();
    Header type = record.headers().lastHeader("ce_type");
    String kind = type == null ? "" : new String(type.value(), StandardCharsets.UTF_8);
    if (kind.equals("dev.sanaq.job.started.v1")) {
      return;
    }
    String job = new String(record.key(), StandardCharsets.UTF_8);
    if (!kind.equals("dev.sanaq.job.completed.v1")) {
      throw new AssertionError(job + " ended with " + kind);
    }
    OverheadWave current = wave.get();
    if (current != null) {
      current.completedAt(job, now);
    }
  }
}
