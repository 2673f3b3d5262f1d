package dev.sanaq.worker.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.event.PublishException;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.MutableClock;
import dev.sanaq.worker.observe.WorkerMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records that a broker with access control refuses, and failures that name no record. */
class IsolatedResultsTest {
  private static final TopicPartition PARTITION = new TopicPartition("requests", 0);
  private static final int MEGABYTE = 1024 * 1024;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final MutableClock clock = new MutableClock();
  private final MockConsumer<byte[], byte[]> mock = new MockConsumer<>("earliest");
  private final ReplaceableConsumer consumer = new ReplaceableConsumer(() -> mock);
  private final List<List<ProducerRecord<byte[], byte[]>>> committed = new CopyOnWriteArrayList<>();
  private final PartitionTrackers trackers = new PartitionTrackers(consumer);
  private final PendingResults pendingResults = new PendingResults();
  private final FailedResults failedResults = new FailedResults(clock, Duration.ofMillis(50));
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private volatile String refusedTopic = "dead-letters";
  private volatile String poison = "";
  private final ResultPublisher publisher =
      new ResultPublisher(
          consumer,
          trackers,
          pendingResults,
          failedResults,
          new TransactionRunner(
              new TransactionalPublisher(number -> new RefusingProducer()), executor),
          new WorkerMetrics(new SimpleMeterRegistry(), Clock.systemUTC(), "m"));
  private long nextOffset;

  @BeforeEach
  void startTracking() {
    mock.assign(List.of(PARTITION));
    trackers.startTracking(
        new ConsumerRecords<>(
            Map.of(
                PARTITION,
                List.of(new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]))),
            Map.of()));
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void refusedTopic_othersArePublished_laterItsRecordToo() {
    add("events", "a");
    add("dead-letters", "letter");
    add("events", "b");
    publisher.flush();
    assertThat(published()).containsExactlyInAnyOrder("a", "b");
    assertThat(publisher.isBlocked()).as("the worker would read no more records").isFalse();
    add("events", "c");
    add("dead-letters", "letter 2");
    flushUntilPublished(3);
    refusedTopic = "";
    flushUntilPublished(5);
    assertThat(published()).containsExactlyInAnyOrder("a", "b", "c", "letter", "letter 2");
    assertThat(publisher.isDrained()).isTrue();
    assertThat(pendingResults.bytes()).isZero();
  }

  @Test
  void refusedTopic_forAMinute_readinessSaysWhatToDo_shutdownDoesNotWait() {
    add("events", "a");
    add("dead-letters", "letter");
    publisher.flush();
    assertThat(failedResults.reason()).isEmpty();
    assertThat(publisher.isDrained()).isFalse();
    clock.advance(Duration.ofSeconds(61));
    assertThat(failedResults.reason().orElseThrow())
        .contains("since 2030-01-01T00:00:00Z")
        .contains("topic dead-letters")
        .contains("allow this program to write to dead-letters");
    assertThat(publisher.isDrained()).isTrue();
    refusedTopic = "";
    flushUntilPublished(2);
    assertThat(failedResults.reason()).isEmpty();
  }

  @Test
  void refusedTopic_partitionRevoked_readinessRecovers() {
    add("dead-letters", "letter");
    publisher.flush();
    clock.advance(Duration.ofSeconds(61));
    assertThat(failedResults.reason()).isPresent();
    trackers.stopTracking(List.of(PARTITION));
    Eventually.await("the result is dropped", TIMEOUT)
        .until(
            () -> {
              publisher.publish();
              publisher.onRevoked();
              return pendingResults.bytes() == 0;
            });
    assertThat(failedResults.reason()).isEmpty();
  }

  @Test
  void failedCommitWithoutReason_isolatesOneOfMany() {
    poison = "poison";
    IntStream.range(0, 300).forEach(i -> add("events", i == 177 ? "poison" : "good " + i));
    flushUntilPublished(299);
    assertThat(published()).hasSize(299).doesNotContain("poison");
    Eventually.await("records are read again", TIMEOUT)
        .until(
            () -> {
              publisher.publish();
              return !publisher.isBlocked();
            });
    poison = "";
    flushUntilPublished(300);
  }

  @Test
  void largeRecords_areSpreadOverTransactions_readingPausesMeanwhile() {
    for (int i = 0; i < 40; i++) {
      add("events", "x".repeat(MEGABYTE));
    }
    assertThat(publisher.isBlocked()).isTrue();
    publisher.flush();
    assertThat(publisher.isBlocked()).isFalse();
    assertThat(published()).hasSize(40);
    assertThat(committed)
        .allSatisfy(
            records ->
                assertThat(records.stream().mapToInt(PublishException::sizeOf).sum())
                    .isLessThanOrEqualTo(4 * MEGABYTE));
  }

  private void add(String topic, String value) {
    OffsetTracker tracker = trackers.get(PARTITION);
    tracker.startIfNew(nextOffset);
    pendingResults.add(
        new PendingResults.CompletedRecord(
            PARTITION,
            nextOffset++,
            tracker,
            List.of(new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8))),
            ProgressSink.DONE));
  }

  private List<String> published() {
    return committed.stream().flatMap(List::stream).map(IsolatedResultsTest::text).toList();
  }

  private static String text(ProducerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  private void flushUntilPublished(int count) {
    Eventually.await(count + " are published", TIMEOUT)
        .until(
            () -> {
              publisher.flush();
              return published().size() == count;
            });
  }

  /** Refuses the records of one topic, and to commit one record. */
  private final class RefusingProducer extends MockProducer<byte[], byte[]> {
    RefusingProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
      return record.topic().equals(refusedTopic)
          ? CompletableFuture.failedFuture(
              new TopicAuthorizationException("Not authorized to access topics"))
          : super.send(record);
    }

    @Override
    public void commitTransaction() {
      List<ProducerRecord<byte[], byte[]>> records = List.copyOf(uncommittedRecords());
      if (records.stream().anyMatch(record -> text(record).equals(poison))) {
        throw new KafkaException("not committed");
      }
      super.commitTransaction();
      committed.add(records);
    }
  }
}
