package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.job.validation.RequestFingerprint;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.request.DecodedRecord;
import dev.sanaq.kafka.request.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Keeps the view up to date: reads the topics of requests and of events from their beginning, in no
 * group, on a thread of its own. Where Kafka refuses, it goes on later from where it was.
 */
final class JobViewUpdater implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(JobViewUpdater.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration RETRY_BACKOFF = Duration.ofSeconds(2);
  private static final long PARTITION_REFRESH_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

  private final KafkaClientFactory kafka;
  private final TopicsConfig topics;
  private final String workerGroup;
  private final RecordDecoder decoder;
  private final JobView view;
  private final Backlog backlog;
  private final DailyQuota dailyQuota;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> committedOffsets = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean caughtUp;

  /**
   * @param workers the consumer group of the workers
   */
  JobViewUpdater(
      KafkaClientFactory kafka,
      TopicsConfig topics,
      String workers,
      RecordDecoder decoder,
      JobView view,
      Backlog backlog,
      DailyQuota dayCounts) {
    this.kafka = kafka;
    this.topics = topics;
    this.workerGroup = workers;
    this.decoder = decoder;
    this.view = view;
    this.backlog = backlog;
    this.dailyQuota = dayCounts;
    this.thread = new Thread(this::run, "sanaq-job-view");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether the view has once been where the topics ended. */
  boolean isCaughtUp() {
    return caughtUp;
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join(POLL_TIMEOUT.multipliedBy(4).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!isStopped()) {
      try (Consumer<byte[], byte[]> consumer = kafka.standaloneConsumer()) {
        read(consumer);
      } catch (KafkaException | IllegalStateException e) {
        if (!isStopped()) {
          LOG.warnf(
              "jobs cannot be read, the next try is in %s: %s", RETRY_BACKOFF, e.getMessage());
          backOff();
        }
      }
    }
  }

  private void read(Consumer<byte[], byte[]> consumer) {
    long assigned = System.nanoTime();
    Map<TopicPartition, Long> ends = consumer.endOffsets(assign(consumer));
    while (!isStopped()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_TIMEOUT)) {
        handleRecord(record);
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
      if (!caughtUp && ends.entrySet().stream().allMatch(end -> hasReached(consumer, end))) {
        view.dropStale();
        caughtUp = true;
      }
      if (System.nanoTime() - assigned > PARTITION_REFRESH_INTERVAL_NANOS) {
        assigned = System.nanoTime();
        assign(consumer);
      }
    }
  }

  private static boolean hasReached(
      Consumer<byte[], byte[]> consumer, Map.Entry<TopicPartition, Long> end) {
    return consumer.position(end.getKey()) >= end.getValue();
  }

  // Again and again, since topics get more partitions.
  private Set<TopicPartition> assign(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = new HashSet<>();
    for (String topic : List.of(topics.requests(), topics.events())) {
      List<PartitionInfo> found = consumer.partitionsFor(topic);
      if (found == null || found.isEmpty()) {
        throw new IllegalStateException("the broker has no topic " + topic);
      }
      found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    if (!partitions.equals(consumer.assignment())) {
      loadCommittedOffsets(partitions);
      consumer.assign(partitions);
      List<TopicPartition> fresh = new ArrayList<>(partitions);
      fresh.removeAll(positions.keySet());
      consumer.seekToBeginning(fresh);
      positions.forEach(consumer::seek);
    }
    return partitions;
  }

  // What workers were done with before is not waiting, even where its event is gone by now.
  private void loadCommittedOffsets(Set<TopicPartition> partitions) {
    if (caughtUp) {
      return;
    }
    try (Consumer<byte[], byte[]> asker = kafka.workerConsumer(workerGroup, "sanaq-gateway")) {
      Map<TopicPartition, OffsetAndMetadata> committed = asker.committed(partitions);
      committed.forEach(
          (partition, offset) ->
              committedOffsets.put(partition, offset == null ? 0 : offset.offset()));
    }
  }

  private void handleRecord(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(topics.events())) {
        handleEvent(CloudEvent.of(record));
      } else {
        handleRequest(record);
      }
    } catch (BadJsonException e) {
      LOG.debugf("%s-%d, offset %d: %s", record.topic(), record.partition(), record.offset(), e);
    } catch (RuntimeException e) {
      // A record that nobody foresaw must not end the view.
      LOG.errorf(e, "%s-%d, offset %d", record.topic(), record.partition(), record.offset());
    }
  }

  private void handleEvent(CloudEvent event) {
    if (JobEvent.sequence(event.subject(), event.id()) != JobEvent.BEFORE_FIRST) {
      backlog.observe(event);
      view.onEvent(event);
    }
  }

  private void handleRequest(ConsumerRecord<byte[], byte[]> record) {
    if (!(decoder.decode(record) instanceof DecodedRecord.Request readable)) {
      return;
    }
    Map<String, Object> fields = readable.request().fields();
    String said = JsonMaps.string(fields, "id");
    String id = JobIds.isValid(said) ? said : readable.derivedId();
    Instant at = Instant.ofEpochMilli(record.timestamp());
    TopicPartition source = new TopicPartition(record.topic(), record.partition());
    dailyQuota.countJob(id, at);
    view.onRequest(
        id,
        new JobSnapshot.SubmittedRequest(
            at,
            new String(Json.write(UrlRedaction.redact(fields)), StandardCharsets.UTF_8),
            RequestFingerprint.of(readable.request()),
            record.offset() < committedOffsets.getOrDefault(source, 0L)),
        fields);
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private void backOff() {
    try {
      stopped.await(RETRY_BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
