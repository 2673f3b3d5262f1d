package dev.sanaq.testing.kafka;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.testing.Pause;
import dev.sanaq.worker.WorkerSettings;
import dev.sanaq.worker.consume.CancellationSource;
import dev.sanaq.worker.consume.WorkerChannels;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * A worker's channels for workers without Quarkus: several in a JVM, or one in a process that a
 * test kills. That of the requests is the real one; the others are plain clients. Stopping the
 * cancellations closes both clients.
 */
public final class PlainWorkerChannels implements CancellationSource, ProgressSink {
  private static final Logger LOG = Logger.getLogger(PlainWorkerChannels.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

  private final WorkerSettings settings;
  private final KafkaClientFactory kafka;
  private final Producer<byte[], byte[]> producer;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private volatile boolean stopped;

  private PlainWorkerChannels(WorkerSettings settings) {
    this.settings = settings;
    this.kafka = new KafkaClientFactory(settings.kafka());
    this.producer = kafka.idempotentProducer(SEND_TIMEOUT);
  }

  /** New channels of one worker. */
  public static WorkerChannels of(WorkerSettings settings) {
    PlainWorkerChannels channels = new PlainWorkerChannels(settings);
    return new WorkerChannels(channels, channels, PlainIncomingRequests.of(settings));
  }

  @Override
  public Future<?> send(CloudEvent event) {
    try {
      return producer.send(
          event.toRecord(settings.topics().events()),
          (sent, failure) -> {
            if (failure != null) {
              LOG.warnf("could not send event %s: %s", event.id(), failure.getMessage());
            }
          });
    } catch (KafkaException e) {
      LOG.warnf("could not send event %s: %s", event.id(), e.getMessage());
      return DONE;
    }
  }

  @Override
  public void start(
      Duration retention, Consumer<ConsumerRecord<byte[], byte[]>> handler, Duration timeout) {
    Thread thread = new Thread(() -> run(retention, handler), "test-cancellations");
    thread.setDaemon(true);
    thread.start();
    try {
      if (!caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf("the cancellations are not read to their end within %s", timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Optional<String> failureReason() {
    return Optional.empty();
  }

  @Override
  public void stop() {
    stopped = true;
    producer.close(SEND_TIMEOUT);
  }

  private void run(Duration retention, Consumer<ConsumerRecord<byte[], byte[]>> handler) {
    while (!stopped) {
      try {
        read(retention, handler);
      } catch (KafkaException | IllegalStateException e) {
        LOG.warnf("could not read the cancellations: %s", e.getMessage());
        Pause.of(RETRY_DELAY);
      }
    }
  }

  private void read(Duration retention, Consumer<ConsumerRecord<byte[], byte[]>> handler) {
    StartPosition start = StartPosition.since(() -> Instant.now().minus(retention));
    try (TopicReader reader = new TopicReader(kafka.standaloneConsumer(), start)) {
      reader.assignTopic(settings.topics().cancellations(), "create it");
      while (!stopped) {
        reader.poll(POLL_TIMEOUT).forEach(handler);
        if (caughtUp.getCount() > 0 && reader.isAtEnd()) {
          caughtUp.countDown();
        }
      }
    }
  }
}
