package dev.sanaq.kafka.channel;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads an incoming channel on a thread of its own, one batch after another. The channel's Kafka
 * consumer is created by the subscription, and repeats polls that fail. A handler that throws, or a
 * stream that ends, is final: a channel cannot be subscribed to again, so that only a new process
 * helps. Any number of threads.
 */
public final class ChannelSubscription implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ChannelSubscription.class);

  private final String channel;
  private final Consumer<ConsumerRecords<byte[], byte[]>> handler;
  private final ExecutorService executor;
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private volatile boolean closed;
  private volatile @Nullable Cancellable subscription;

  /**
   * @param threadName the name of the subscription's thread
   * @param handler called for each batch, on that thread
   */
  public ChannelSubscription(
      String channel, String threadName, Consumer<ConsumerRecords<byte[], byte[]>> handler) {
    this.channel = channel;
    this.handler = handler;
    this.executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            },
            // What the polling thread says after the close is of no interest.
            new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Subscribes; call it once. Returns before the consumer is connected. */
  public void start(Multi<Message<ConsumerRecords<byte[], byte[]>>> batches) {
    // One batch waits here; the channel's own queue does the rest.
    subscription =
        batches
            .emitOn(executor, 1)
            .subscribe()
            .with(
                batch -> guard(() -> handler.accept(batch.getPayload())),
                this::end,
                () -> end(new IllegalStateException("the channel has ended")));
  }

  /** Runs an action on the subscription's thread, after the batches that it has. */
  public void execute(Runnable action) {
    executor.execute(() -> guard(action));
  }

  /** Why the channel is read no more; empty while it is read, and after {@link #close}. */
  public Optional<String> failureReason() {
    return Optional.ofNullable(failure.get());
  }

  /** Ends the subscription for good, soon: it cannot be started again in this process. */
  public void fail(Throwable cause) {
    // Not here: a consumer cannot be closed by its own polling thread.
    executor.execute(() -> end(cause));
  }

  @Override
  public void close() {
    closed = true;
    cancel();
    executor.shutdown();
  }

  private void guard(Runnable action) {
    if (closed || failure.get() != null) {
      return;
    }
    try {
      action.run();
    } catch (Throwable e) {
      // Errors too: a thread that ends in silence would leave a view that stands still.
      end(e);
    }
  }

  private void end(Throwable cause) {
    if (!closed
        && failure.compareAndSet(
            null, "the channel %s is not read any more: %s".formatted(channel, cause))) {
      LOG.errorf(
          cause, "the channel %s is not read any more; this process has to be restarted", channel);
      cancel();
    }
  }

  private void cancel() {
    Cancellable current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
