package dev.sanaq.testing.kafka;

import dev.sanaq.testing.KafkaS3Client;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A plain {@code read_committed} client that reports every terminal event that is published after
 * its construction. It reads in a thread of its own until it is closed.
 */
public final class TerminalEventReader implements AutoCloseable {
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(50);
  private static final Pattern TERMINAL_TYPE =
      Pattern.compile("dev\\.sanaq\\.job\\.(completed|failed|cancelled)\\.v1");

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Listener listener;
  private final Thread thread = new Thread(this::pollLoop, "test-terminal-events");
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean closed;

  /** Receives terminal events, in the reader's thread. */
  public interface Listener {
    /**
     * Receives one event.
     *
     * @param outcome {@code completed}, {@code failed} or {@code cancelled}
     * @param nanoTime when the event arrived, as {@link System#nanoTime}
     */
    void onTerminalEvent(String job, String outcome, long nanoTime);
  }

  public TerminalEventReader(String bootstrapServers, String topic, Listener listener) {
    this.listener = listener;
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

  /**
   * Checks the thread that reads.
   *
   * @throws AssertionError if the client or the listener has failed
   */
  public void throwIfFailed() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError("reading events failed", thrown);
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
    Matcher type = TERMINAL_TYPE.matcher(KafkaS3Client.header(record, "ce_type"));
    if (type.matches()) {
      String job = new String(record.key(), StandardCharsets.UTF_8);
      listener.onTerminalEvent(job, type.group(1), now);
    }
  }
}
