package dev.sanaq.gateway.lifecycle;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Keeps the job view up to date: reads the request and event topics from their beginning, outside
 * of a group, on its own thread. After a Kafka error it resumes at its positions.
 */
@ApplicationScoped
class JobViewUpdater implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(JobViewUpdater.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final long PARTITION_REFRESH_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Backoff BACKOFF =
      Backoff.constant(Duration.ofSeconds(2))
          .retryIf(e -> e instanceof KafkaException || e instanceof IllegalStateException);

  private final KafkaClientFactory kafka;
  private final TopicsConfig topics;
  private final String workerGroup;
  private final JobRecordHandler handler;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param workerGroup the consumer group of the workers
   */
  JobViewUpdater(
      KafkaClientFactory kafka,
      TopicsConfig topics,
      @ConfigProperty(name = "sanaq.worker.group", defaultValue = "sanaq-workers")
          String workerGroup,
      JobRecordHandler handler) {
    this.kafka = kafka;
    this.topics = topics;
    this.workerGroup = workerGroup;
    this.handler = handler;
    this.thread = new Thread(this::run, "sanaq-job-view");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether the topics have once been read to their ends. */
  boolean isCaughtUp() {
    return handler.isCaughtUp();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(POLL_TIMEOUT.multipliedBy(4).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      BACKOFF.call(this::read, () -> stopped, this::logRetry);
    } catch (RetryAbortedException e) {
      LOG.debug("stopped");
    }
  }

  private void logRetry(int retry, Duration delay, RuntimeException e) {
    if (!stopped) {
      LOG.warnf("could not read jobs from Kafka; retrying in %s: %s", delay, e.getMessage());
    }
  }

  /** Reads until it is stopped; always true. */
  private boolean read() {
    try (TopicReader reader =
        new TopicReader(kafka.standaloneConsumer(), StartPosition.resume(positions))) {
      long refreshed = System.nanoTime();
      assign(reader);
      while (!stopped) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL_TIMEOUT)) {
          handler.handle(record);
          TopicPartition source = new TopicPartition(record.topic(), record.partition());
          positions.put(source, record.offset() + 1);
        }
        if (!isCaughtUp() && reader.isAtEnd()) {
          handler.onCaughtUp();
        }
        // Topics may get more partitions while the gateway runs.
        if (System.nanoTime() - refreshed > PARTITION_REFRESH_INTERVAL_NANOS) {
          refreshed = System.nanoTime();
          assign(reader);
        }
      }
    }
    return true;
  }

  private void assign(TopicReader reader) {
    boolean requestsAdded =
        reader.assignTopic(topics.requests(), "create it, or set sanaq.topics.requests");
    boolean eventsAdded =
        reader.assignTopic(topics.events(), "create it, or set sanaq.topics.events");
    if ((requestsAdded || eventsAdded) && !isCaughtUp()) {
      loadCommittedOffsets(reader.assignment());
    }
  }

  // Requests that the workers have finished are not in the backlog, even if their events have
  // expired.
  private void loadCommittedOffsets(Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = kafka.workerConsumer(workerGroup, "sanaq-gateway")) {
      consumer
          .committed(partitions)
          .forEach((partition, c) -> offsets.put(partition, c == null ? 0 : c.offset()));
    }
    handler.setCommittedOffsets(offsets);
  }
}
