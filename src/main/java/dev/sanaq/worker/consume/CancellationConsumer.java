package dev.sanaq.worker.consume;

import dev.sanaq.kafka.TopicReader;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Reads all cancellations on its own thread, outside of the worker group: every worker reads every
 * one, because any worker may run the job. Reading starts in the past, so that a cancellation that
 * was sent before its request is known too.
 */
public final class CancellationConsumer {
  private static final Logger LOG = Logger.getLogger(CancellationConsumer.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
  private static final Duration PARTITION_REFRESH_INTERVAL = Duration.ofMinutes(1);

  private final Supplier<TopicReader> readerFactory;
  private final String topic;
  private final CancellationDecoder decoder;
  private final Backoff backoff;
  private final Consumer<Cancellation> listener;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param readerFactory creates a reader without partitions; called again after each Kafka error
   * @param topic the cancellation topic
   * @param backoff the delay after a Kafka error
   * @param listener receives each cancellation at least once, on this consumer's thread
   */
  public CancellationConsumer(
      Supplier<TopicReader> readerFactory,
      String topic,
      CancellationDecoder decoder,
      Backoff backoff,
      Consumer<Cancellation> listener) {
    this.readerFactory = readerFactory;
    this.topic = topic;
    this.decoder = decoder;
    this.backoff =
        backoff.retryIf(e -> e instanceof KafkaException || e instanceof IllegalStateException);
    this.listener = listener;
    this.thread = new Thread(this::run, "sanaq-cancellations");
    this.thread.setDaemon(true);
  }

  /** Starts the thread and waits until it has read the topic to its end, at most the timeout. */
  public void start(Duration timeout) {
    thread.start();
    try {
      if (!caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf("%s is not read to its end within %s; starting without", topic, timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the thread after its current poll; does not wait for it. */
  public void stop() {
    stopped = true;
  }

  private void run() {
    try {
      backoff.call(
          this::consume,
          () -> stopped,
          (retry, delay, e) ->
              LOG.warnf("could not read %s; retrying in %s: %s", topic, delay, e.getMessage()));
    } catch (RetryAbortedException e) {
      LOG.debugf("%s: stopped", topic);
    }
  }

  /** Reads until it is stopped; always true. */
  private boolean consume() {
    try (TopicReader reader = readerFactory.get()) {
      long refreshed = System.nanoTime() - PARTITION_REFRESH_INTERVAL.toNanos();
      while (!stopped) {
        // Topics may get more partitions while the worker runs.
        if (System.nanoTime() - refreshed >= PARTITION_REFRESH_INTERVAL.toNanos()) {
          refreshed = System.nanoTime();
          reader.assignTopic(topic, "create it, or set sanaq.topics.cancellations");
        }
        reader.poll(POLL_TIMEOUT).forEach(this::notifyListener);
        if (caughtUp.getCount() > 0 && reader.isAtEnd()) {
          caughtUp.countDown();
        }
      }
    }
    return true;
  }

  private void notifyListener(ConsumerRecord<byte[], byte[]> record) {
    if (decoder.decode(record) instanceof CancellationDecoder.Readable readable) {
      listener.accept(readable.cancellation());
    }
  }
}
