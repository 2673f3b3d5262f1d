package dev.sanaq.worker.requests;

import dev.sanaq.kafka.CurrentConsumer;
import dev.sanaq.kafka.ReplaceableConsumer.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The consumer of the channel of requests: each membership of the group is a subscription of its
 * own, so that a member that left, or that the broker refuses, is replaced. Everything that uses
 * the consumer or the offsets runs on the channel's polling thread, by {@link #run}. The loop's
 * thread, except where noted.
 */
public final class RequestConsumer implements CurrentConsumer {
  private static final Logger LOG = Logger.getLogger(RequestConsumer.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final IncomingRequests channel;
  private final List<String> topics;
  private final java.util.function.Consumer<Map<String, Object>> configuration;
  private volatile @Nullable RequestSubscription subscription;

  /**
   * @param configuration completes each consumer's configuration
   */
  public RequestConsumer(
      IncomingRequests channel,
      List<String> topics,
      java.util.function.Consumer<Map<String, Object>> configuration) {
    this.channel = channel;
    this.topics = topics;
    this.configuration = configuration;
  }

  /**
   * Subscribes, which joins the group.
   *
   * @throws RefusedException if the consumer cannot be created
   */
  public void open(ConsumerRebalanceListener listener) {
    RequestSubscription opened = new RequestSubscription(configuration);
    subscription = opened;
    channel.subscribe(opened);
    opened.start(topics, listener);
    checkFailure(opened);
  }

  /**
   * Runs an action on the polling thread and waits for it; on this thread if it is closed.
   *
   * @throws RefusedException if the channel polls no more
   */
  public void run(Runnable action) {
    RequestSubscription current = subscription;
    if (current != null) {
      checkFailure(current);
    }
    runAlways(action);
  }

  /** The same, also if the channel polls no more. */
  public void runAlways(Runnable action) {
    RequestSubscription current = subscription;
    if (current == null) {
      action.run();
    } else {
      current.run(action);
    }
  }

  /** Waits until records have arrived, or the channel polls no more. */
  public void awaitRecords(Duration timeout) {
    RequestSubscription current = subscription;
    if (current != null) {
      current.awaitBatch(timeout);
    }
  }

  /**
   * Hands on all records that have arrived and whose partitions are still assigned. The polling
   * thread.
   *
   * @param handler if it throws, the same records come again
   */
  public void takeRecords(java.util.function.Consumer<ConsumerRecords<byte[], byte[]>> handler) {
    RequestSubscription current = subscription;
    while (current != null && current.takeBatch(handler)) {
      // one batch after another
    }
  }

  /** Whether nothing more should be polled before records are taken. The polling thread. */
  public boolean isAhead() {
    RequestSubscription current = subscription;
    return current != null && current.isAhead();
  }

  /** Leaves the group; does nothing if it is closed. */
  public void close() {
    RequestSubscription closing = subscription;
    if (closing == null) {
      return;
    }
    try {
      if (!closing.close(CLOSE_TIMEOUT)) {
        LOG.warnf("the consumer of requests is not closed within %s", CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warnf("the consumer of requests did not close cleanly: %s", e);
    } finally {
      // Not before: closing calls the rebalance listener, which uses the consumer.
      subscription = null;
    }
  }

  @Override
  public Optional<Consumer<byte[], byte[]>> current() {
    RequestSubscription current = subscription;
    return current == null ? Optional.empty() : current.consumer();
  }

  private static void checkFailure(RequestSubscription current) {
    Optional<Throwable> failure = current.failure();
    if (failure.isPresent()) {
      throw new RefusedException(failure.get());
    }
  }
}
