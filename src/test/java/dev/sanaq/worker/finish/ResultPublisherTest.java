package dev.sanaq.worker.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.testing.Eventually;
import dev.sanaq.worker.observe.WorkerMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A commit whose response is lost; a broker cannot be made to lose it at will. */
class ResultPublisherTest {
  private static final TopicPartition PARTITION = new TopicPartition("requests", 0);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
  private final ReplaceableConsumer replaceable = new ReplaceableConsumer(() -> consumer);
  private final PartitionTrackers trackers = new PartitionTrackers(replaceable);
  private final PendingResults pendingResults = new PendingResults();
  private final FailedResults failedResults =
      new FailedResults(Clock.systemUTC(), Duration.ofMillis(50));
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private boolean losesResponse = true;
  private final ResultPublisher publisher =
      new ResultPublisher(
          replaceable,
          trackers,
          pendingResults,
          failedResults,
          new TransactionRunner(new TransactionalPublisher(number -> producer()), executor),
          new WorkerMetrics(new SimpleMeterRegistry(), Clock.systemUTC(), "m"));

  @BeforeEach
  void addPendingResult() {
    consumer.assign(List.of(PARTITION));
    trackers.startTracking(
        new ConsumerRecords<>(
            Map.of(
                PARTITION,
                List.of(new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]))),
            Map.of()));
    OffsetTracker tracker = trackers.get(PARTITION);
    tracker.startIfNew(0);
    pendingResults.add(
        new PendingResults.CompletedRecord(
            PARTITION,
            0,
            tracker,
            List.of(new ProducerRecord<>("events", new byte[0])),
            ProgressSink.DONE));
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void failedCommit_isRetriedUntilCommitted() {
    publisher.flush();
    assertThat(publisher.isDrained()).isFalse();
    losesResponse = false;
    Eventually.await("the result is published", Duration.ofSeconds(20))
        .until(
            () -> {
              publisher.flush();
              return publisher.isDrained();
            });
    assertThat(publisher.isBlocked()).isFalse();
    assertThat(producers.stream().mapToInt(producer -> producer.history().size()).sum())
        .isEqualTo(1);
  }

  @Test
  void committedButResponseLost_isNotRepeatedAndEndsFailing() {
    consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(1)));
    publisher.flush();
    assertThat(publisher.isDrained()).isTrue();
    assertThat(publisher.isBlocked()).as("the worker would read no more records").isFalse();
    assertThat(producers).allSatisfy(producer -> assertThat(producer.history()).isEmpty());
  }

  private Producer<byte[], byte[]> producer() {
    MockProducer<byte[], byte[]> producer = newProducer();
    producer.commitTransactionException = losesResponse ? new TimeoutException("lost") : null;
    producers.add(producer);
    return producer;
  }

  private static MockProducer<byte[], byte[]> newProducer() {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
