package dev.sanaq.kafka.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelSubscriptionTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Message<ConsumerRecords<byte[], byte[]>> BATCH =
      Message.of(ConsumerRecords.empty());

  private final List<String> threads = new CopyOnWriteArrayList<>();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private volatile @Nullable Error error;
  private volatile @Nullable MultiEmitter<? super Message<ConsumerRecords<byte[], byte[]>>> source;
  private final ChannelSubscription subscription =
      new ChannelSubscription("test", "test-channel", records -> handle());

  private void handle() {
    threads.add(Thread.currentThread().getName());
    Error thrown = error;
    if (thrown != null) {
      throw thrown;
    }
  }

  private MultiEmitter<? super Message<ConsumerRecords<byte[], byte[]>>> start() {
    subscription.start(
        Multi.createFrom()
            .emitter(
                emitter -> {
                  source = emitter;
                  emitter.onTermination(() -> cancelled.set(true));
                }));
    return Objects.requireNonNull(source, "subscribed");
  }

  @AfterEach
  void close() {
    subscription.close();
  }

  @Test
  void batches_areHandledOnTheThreadOfTheChannel() {
    start().emit(BATCH).emit(BATCH);
    Eventually.await("two batches", TIMEOUT).until(() -> threads.size() == 2);
    assertThat(threads).containsOnly("test-channel");
    assertThat(subscription.failureReason()).isEmpty();
  }

  @Test
  void errorInHandler_isTold_andEndsTheSubscription() {
    error = new StackOverflowError("in the handler");
    MultiEmitter<? super Message<ConsumerRecords<byte[], byte[]>>> batches = start();
    batches.emit(BATCH).emit(BATCH);
    Eventually.await("the failure", TIMEOUT).until(() -> subscription.failureReason().isPresent());
    assertThat(subscription.failureReason().orElseThrow())
        .isEqualTo(
            "the channel test is not read any more: java.lang.StackOverflowError: in the handler");
    Eventually.await("the end of the subscription", TIMEOUT).until(cancelled::get);
    assertThat(threads).hasSize(1);
  }

  @Test
  void streamThatFails_isTold() {
    start().fail(new IllegalStateException("no more"));
    Eventually.await("the failure", TIMEOUT).until(() -> subscription.failureReason().isPresent());
    assertThat(subscription.failureReason().orElseThrow()).contains("no more");
  }

  @Test
  void streamThatEnds_isTold_unlessItWasClosed() {
    MultiEmitter<? super Message<ConsumerRecords<byte[], byte[]>>> batches = start();
    batches.complete();
    Eventually.await("the failure", TIMEOUT).until(() -> subscription.failureReason().isPresent());

    ChannelSubscription closed = new ChannelSubscription("closed", "test-closed", records -> {});
    closed.start(Multi.createFrom().nothing());
    closed.close();
    closed.fail(new IllegalStateException("after the close"));
    assertThat(closed.failureReason()).isEmpty();
  }
}
