package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.intake.Decoded;
import dev.sanaq.intake.RecordDecoder;
import dev.sanaq.job.Fingerprint;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
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
final class ViewReader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ViewReader.class);
  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final long PARTITIONS_EVERY = Duration.ofMinutes(1).toNanos();

  private final KafkaClients kafka;
  private final TopicsConfig topics;
  private final String workers;
  private final RecordDecoder decoder;
  private final JobView view;
  private final Backlog backlog;
  private final DayCounts dayCounts;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> settled = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean caughtUp;

  /**
   * @param workers the consumer group of the workers
   */
  ViewReader(
      KafkaClients kafka,
      TopicsConfig topics,
      String workers,
      RecordDecoder decoder,
      JobView view,
      Backlog backlog,
      DayCounts dayCounts) {
    this.kafka = kafka;
    this.topics = topics;
    this.workers = workers;
    this.decoder = decoder;
    this.view = view;
    this.backlog = backlog;
    this.dayCounts = dayCounts;
    this.thread = new Thread(this::run, "sanaq-gateway-view");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether the view has once been where the topics ended. */
  boolean caughtUp() {
    return caughtUp;
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join(PATIENCE.multipliedBy(4).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!stopped()) {
      try (Consumer<byte[], byte[]> consumer = kafka.watcher()) {
        read(consumer);
      } catch (KafkaException | IllegalStateException e) {
        if (!stopped()) {
          LOG.warnf("jobs cannot be read, the next try is in %s: %s", PAUSE, e.getMessage());
          pause();
        }
      }
    }
  }

  private void read(Consumer<byte[], byte[]> consumer) {
    long assigned = System.nanoTime();
    Map<TopicPartition, Long> ends = consumer.endOffsets(assign(consumer));
    while (!stopped()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
        take(record);
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
      if (!caughtUp && ends.entrySet().stream().allMatch(end -> reached(consumer, end))) {
        view.forgetSettled();
        caughtUp = true;
      }
      if (System.nanoTime() - assigned > PARTITIONS_EVERY) {
        assigned = System.nanoTime();
        assign(consumer);
      }
    }
  }

  private static boolean reached(
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
      settle(partitions);
      consumer.assign(partitions);
      List<TopicPartition> fresh = new ArrayList<>(partitions);
      fresh.removeAll(positions.keySet());
      consumer.seekToBeginning(fresh);
      positions.forEach(consumer::seek);
    }
    return partitions;
  }

  // What workers were done with before is not waiting, even where its event is gone by now.
  private void settle(Set<TopicPartition> partitions) {
    if (caughtUp) {
      return;
    }
    try (Consumer<byte[], byte[]> asker = kafka.worker(workers, "sanaq-gateway")) {
      Map<TopicPartition, OffsetAndMetadata> committed = asker.committed(partitions);
      committed.forEach(
          (partition, offset) -> settled.put(partition, offset == null ? 0 : offset.offset()));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(topics.events())) {
        event(CloudEvent.of(record));
      } else {
        request(record);
      }
    } catch (BadJsonException e) {
      LOG.debugf("%s-%d, offset %d: %s", record.topic(), record.partition(), record.offset(), e);
    } catch (RuntimeException e) {
      // A record that nobody foresaw must not end the view.
      LOG.errorf(e, "%s-%d, offset %d", record.topic(), record.partition(), record.offset());
    }
  }

  private void event(CloudEvent event) {
    if (Told.rank(event.subject(), event.id()) != Told.NOTHING) {
      backlog.learn(event);
      view.told(event);
    }
  }

  private void request(ConsumerRecord<byte[], byte[]> record) {
    if (!(decoder.decode(record) instanceof Decoded.Request readable)) {
      return;
    }
    Map<String, Object> fields = readable.request().fields();
    String said = Maps.text(fields, "id");
    String id = JobIds.valid(said) ? said : readable.derivedId();
    Instant at = Instant.ofEpochMilli(record.timestamp());
    TopicPartition source = new TopicPartition(record.topic(), record.partition());
    dayCounts.count(id, at);
    view.asked(
        id,
        new ViewedJob.Asked(
            at,
            new String(Json.write(UrlRedaction.redact(fields)), StandardCharsets.UTF_8),
            Fingerprint.of(readable.request()),
            record.offset() < settled.getOrDefault(source, 0L)),
        fields);
  }

  private boolean stopped() {
    return stopped.getCount() == 0;
  }

  private void pause() {
    try {
      stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
