package dev.sanaq.worker.consume;

import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.channel.ChannelListener;
import dev.sanaq.kafka.channel.ChannelSubscription;
import dev.sanaq.kafka.channel.ReadPositions;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Default;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the channel {@code cancellations}, in a consumer group that no other process is in, from
 * {@code sanaq.worker.cancellation-retention} ago.
 */
@ApplicationScoped
@Default
@Identifier(CancellationChannel.CHANNEL)
public class CancellationChannel implements CancellationSource, ChannelListener {
  static final String CHANNEL = "cancellations";

  private static final Logger LOG = Logger.getLogger(CancellationChannel.class);

  private final String topic;
  private final Multi<Message<ConsumerRecords<byte[], byte[]>>> batches;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private volatile ReadPositions positions;
  private volatile @Nullable ChannelSubscription subscription;

  CancellationChannel(
      TopicsConfig topics,
      @Channel(CHANNEL) Multi<Message<ConsumerRecords<byte[], byte[]>>> batches) {
    this.topic = topics.cancellations();
    this.batches = batches;
    this.positions = newPositions(Duration.ZERO);
  }

  @Override
  public void start(
      Duration retention,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler,
      Duration timeout) {
    positions = newPositions(retention);
    ChannelSubscription started =
        new ChannelSubscription(
            CHANNEL, "sanaq-cancellations", records -> handle(records, handler));
    subscription = started;
    started.start(batches);
    try {
      if (!caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warnf(
            "%s is not read to its end within %s; starting without. Check that the topic exists"
                + " (sanaq.topics.cancellations) and that this process may read it in any group"
                + " that begins with sanaq-",
            topic, timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Optional<String> failureReason() {
    ChannelSubscription current = subscription;
    return current == null ? Optional.empty() : current.failureReason();
  }

  @Override
  public void stop() {
    ChannelSubscription current = subscription;
    if (current != null) {
      current.close();
    }
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    try {
      @SuppressWarnings("unchecked") // the channel's deserializers are those of byte arrays
      Consumer<byte[], byte[]> bytes = (Consumer<byte[], byte[]>) consumer;
      positions.seek(bytes, partitions);
      checkCaughtUp();
    } catch (KafkaException e) {
      // Thrown, it would be lost: Kafka would go on with partitions that were not sought.
      ChannelSubscription current = subscription;
      if (current != null) {
        current.fail(e);
      }
    }
  }

  @Override
  public void onPolled(ConsumerRecords<byte[], byte[]> records) {
    positions.onPolled(records);
    checkCaughtUp();
  }

  private void handle(
      ConsumerRecords<byte[], byte[]> records,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (positions.isNew(record)) {
        handler.accept(record);
        positions.onHandled(record);
      }
    }
    checkCaughtUp();
  }

  private void checkCaughtUp() {
    if (caughtUp.getCount() > 0 && positions.isCaughtUp()) {
      caughtUp.countDown();
    }
  }

  private ReadPositions newPositions(Duration retention) {
    return new ReadPositions(
        Set.of(topic), StartPosition.since(() -> Instant.now().minus(retention)));
  }
}
