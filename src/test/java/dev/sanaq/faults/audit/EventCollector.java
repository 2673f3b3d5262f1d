package dev.sanaq.faults.audit;

import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.contract.TopicContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A plain {@code read_committed} client that reads all events and dead letters from the beginning,
 * and queries the offsets of the workers' group. Not thread-safe.
 */
public final class EventCollector implements AutoCloseable {
  static final String EVENTS = "sanaq.events";
  static final String DEAD_LETTERS = "sanaq.dead-letters";
  private static final String GROUP = "sanaq-workers";
  private static final String STARTED = "dev.sanaq.job.started.v1";

  private static final int MAX_ATTEMPTS = 10;

  private final String bootstrapServers;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private Admin admin;
  private final List<TopicPartition> read = new ArrayList<>();
  private final List<TerminalEvent> terminalEvents = new ArrayList<>();
  private final List<DeadLetterRecord> deadLetters = new ArrayList<>();
  private final Map<String, Integer> startCounts = new TreeMap<>();

  /**
   * A dead letter.
   *
   * @param topic the topic of the unreadable record
   * @param position its partition and offset, {@code 0-17}
   * @param reason why it is unreadable
   */
  public record DeadLetterRecord(String topic, String position, String reason) {}

  public EventCollector(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.admin = newAdmin();
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    read.addAll(partitions(EVENTS));
    read.addAll(partitions(DEAD_LETTERS));
    consumer.assign(read);
    consumer.seekToBeginning(read);
  }

  /** Polls once. */
  void read(Duration timeout) {
    consumer.poll(timeout).forEach(this::onRecord);
  }

  /** Returns the terminal events so far, in the order of their partitions. */
  public List<TerminalEvent> terminalEvents() {
    return terminalEvents;
  }

  /** Returns the terminal events of one job. */
  public List<TerminalEvent> terminalEventsOf(String job) {
    return terminalEvents.stream().filter(event -> event.job().equals(job)).toList();
  }

  /** Returns the dead letters so far. */
  public List<DeadLetterRecord> deadLetters() {
    return deadLetters;
  }

  /** Returns how often each job was started, by job. */
  public Map<String, Integer> startCounts() {
    return startCounts;
  }

  /**
   * Reads until a condition holds.
   *
   * @param state describes the state in the message of a timeout
   */
  public void readUntil(Duration timeout, Supplier<String> state, BooleanSupplier condition) {
    try {
      Eventually.await("events", timeout)
          .until(
              () -> {
                read(Duration.ofMillis(100));
                return condition.getAsBoolean();
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not within %s: %s".formatted(timeout, state.get()), e);
    }
  }

  /**
   * Reads until every sent request is answered and committed, and nothing more can arrive.
   *
   * @param detail what to look at after a timeout, for the message
   */
  public void awaitAnswers(TrackingProducer producer, Duration timeout, Supplier<String> detail) {
    readUntil(
        timeout,
        () ->
            "%s terminal events, %s dead letters, lag %s; see %s"
                .formatted(terminalEvents.size(), deadLetters.size(), lag(), detail.get()),
        () -> producer.isComplete(terminalEvents, deadLetters) && lag() == 0 && isAtEnd());
  }

  /** Returns whether both topics were read to the end, with no open transaction. */
  public boolean isAtEnd() {
    Map<TopicPartition, Long> ends = endOffsets(read);
    return read.stream()
        .allMatch(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
  }

  /** Returns how many requests the workers' group has not committed. */
  public long lag() {
    Map<TopicPartition, Long> ends = endOffsets(partitions(TestRequests.TOPIC));
    Map<TopicPartition, OffsetAndMetadata> committed =
        ask(client -> client.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata());
    return ends.entrySet().stream()
        .mapToLong(
            end -> {
              OffsetAndMetadata offset = committed.get(end.getKey());
              return end.getValue() - (offset == null ? 0 : offset.offset());
            })
        .sum();
  }

  /** Returns how many records the topic of requests holds. */
  public long requestCount() {
    return endOffsets(partitions(TestRequests.TOPIC)).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  @Override
  public void close() {
    consumer.close();
    admin.close();
  }

  private void onRecord(ConsumerRecord<byte[], byte[]> record) {
    TopicContract.requireValid(record);
    if (record.topic().equals(DEAD_LETTERS)) {
      deadLetters.add(
          new DeadLetterRecord(
              TerminalEvent.header(record, "sanaq-source-topic"),
              TerminalEvent.header(record, "sanaq-source-partition")
                  + "-"
                  + TerminalEvent.header(record, "sanaq-source-offset"),
              TerminalEvent.header(record, "sanaq-reason")));
    } else if (TerminalEvent.isTerminal(record)) {
      terminalEvents.add(TerminalEvent.of(record));
    } else if (TerminalEvent.header(record, "ce_type").equals(STARTED)) {
      startCounts.merge(TerminalEvent.header(record, "ce_subject"), 1, Integer::sum);
    }
  }

  // None if the topic does not exist: a test may take the topic of dead letters away.
  private List<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()));
    ListOffsetsOptions all = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED);
    return ask(client -> client.listOffsets(latest, all).all()).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  // A client may wait for a broker that was killed, however long: a new one finds its successor.
  private <T> T ask(Function<Admin, KafkaFuture<T>> request) {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.apply(admin).get();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw new IllegalStateException("the broker does not respond", e);
        }
        admin.close(Duration.ZERO);
        admin = newAdmin();
      }
    }
  }

  private Admin newAdmin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "request.timeout.ms",
            10_000,
            "default.api.timeout.ms",
            20_000));
  }
}
