package dev.sanaq.worker.requests;

import dev.sanaq.kafka.channel.ChannelListener;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to the channel of requests, with its consumer. An event loop hands batches on;
 * {@link #takeBatch}, {@link #onPolled} and {@link #isAhead} are the polling thread's.
 */
final class RequestSubscription
    implements MultiSubscriber<ConsumerRecords<byte[], byte[]>>, ChannelListener {
  // Bounds the memory: a batch has at most max.poll.records records.
  private static final int MAX_WAITING_BATCHES = 2;
  private static final int CHECK_INTERVAL_MILLIS = 50;

  private final Semaphore arrivals = new Semaphore(0);
  private final CountDownLatch subscribed = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final PolledBatches batches = new PolledBatches();
  private final Consumer<Map<String, Object>> configuration;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private volatile @Nullable BiConsumer<Throwable, Boolean> closer;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable failure;

  /**
   * @param configuration completes the consumer's configuration
   */
  RequestSubscription(Consumer<Map<String, Object>> configuration) {
    this.configuration = configuration;
  }

  void configure(Map<String, Object> config) {
    configuration.accept(config);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    subscribed.countDown();
  }

  @Override
  public void onItem(ConsumerRecords<byte[], byte[]> batch) {
    batches.arrived(batch);
    arrivals.release();
  }

  @Override
  public void onFailure(Throwable cause) {
    failure = cause;
    subscribed.countDown();
    arrivals.release();
  }

  @Override
  public void onCompletion() {
    onFailure(new KafkaException("the channel of requests has ended"));
  }

  @SuppressWarnings("unchecked") // the channel's deserializers are those of byte arrays
  void onCreated(KafkaConsumer<?, ?> created, BiConsumer<Throwable, Boolean> newCloser) {
    closer = newCloser;
    consumer = (KafkaConsumer<byte[], byte[]>) created;
  }

  @Override
  public void onClosed() {
    closed.countDown();
  }

  /** Why nothing is polled any more; empty while it is. Any thread. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** The consumer; empty until it is created. Any thread. */
  Optional<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumer() {
    return Optional.ofNullable(consumer).map(KafkaConsumer::unwrap);
  }

  /** Starts to poll with a listener of one's own, unless the subscription has failed. */
  void start(Collection<String> topics, ConsumerRebalanceListener listener) {
    try {
      subscribed.await();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    while (consumer().isEmpty() && failure == null) {
      // It could not be created: the failure follows.
      awaitBatch(Duration.ofMillis(CHECK_INTERVAL_MILLIS));
    }
    Flow.Subscription started = subscription;
    if (started != null && failure == null) {
      // The channel's own listener does not tell lost partitions from revoked ones.
      run(() -> consumer().orElseThrow().subscribe(topics, listener(listener)));
      started.request(Long.MAX_VALUE);
    }
  }

  /** The listener that the consumer gets. */
  ConsumerRebalanceListener listener(ConsumerRebalanceListener next) {
    return batches.following(next);
  }

  /** Runs an action on the polling thread, if there is a consumer, and waits for it. */
  void run(Runnable action) {
    KafkaConsumer<byte[], byte[]> current = consumer;
    if (current == null || consumer().isEmpty()) {
      action.run();
      return;
    }
    try {
      Consumer<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> task = c -> action.run();
      current.runOnPollingThread(task).await().indefinitely();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** Waits until a batch arrives, or the subscription fails. */
  void awaitBatch(Duration timeout) {
    try {
      if (arrivals.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        arrivals.drainPermits();
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void onPolled(ConsumerRecords<byte[], byte[]> records) {
    if (!records.isEmpty()) {
      batches.polled(records);
    }
    if (isAhead()) {
      consumer().ifPresent(open -> open.pause(open.assignment()));
    }
  }

  /** Whether nothing more should be polled before the batches that were are handled. */
  boolean isAhead() {
    return batches.size() >= MAX_WAITING_BATCHES;
  }

  /** Hands on the next batch as {@link PolledBatches#take} does. */
  boolean takeBatch(Consumer<ConsumerRecords<byte[], byte[]>> handler) {
    return batches.take(handler);
  }

  /**
   * Closes the consumer, which leaves the group.
   *
   * @return whether it was closed in time
   */
  boolean close(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Flow.Subscription ended = subscription;
    if (failure == null && ended != null) {
      ended.cancel();
    }
    boolean isReported = false;
    while (consumer().isPresent() && !closed.await(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
      Throwable cause = failure;
      BiConsumer<Throwable, Boolean> close = closer;
      if (cause != null && close != null && !isReported) {
        // The channel leaves the consumer of a failed stream open.
        isReported = true;
        close.accept(cause, true);
      } else if (System.nanoTime() - deadline > 0) {
        return false;
      }
    }
    return true;
  }
}
