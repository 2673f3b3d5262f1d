package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.channel.ChannelListener;
import dev.sanaq.kafka.channel.ChannelSubscription;
import dev.sanaq.kafka.channel.ReadPositions;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Default;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the job view up to date: reads the channel {@code job-view}, the topics of requests and of
 * events from their beginning, in a consumer group that no other process is in.
 */
@ApplicationScoped
@Default
@Identifier(JobViewUpdater.CHANNEL)
class JobViewUpdater implements ChannelListener {
  static final String CHANNEL = "job-view";

  private final KafkaClientFactory kafka;
  private final ModelPools pools;
  private final Set<String> topics;
  private final JobRecordHandler handler;
  private final Multi<Message<ConsumerRecords<byte[], byte[]>>> batches;
  private final RequestLogStart logStart;
  private volatile ReadPositions positions;
  private volatile @Nullable ChannelSubscription subscription;

  JobViewUpdater(
      KafkaClientFactory kafka,
      TopicsConfig topics,
      ModelPools pools,
      JobRecordHandler handler,
      RequestLogStart logStart,
      @Channel(CHANNEL) Multi<Message<ConsumerRecords<byte[], byte[]>>> batches) {
    this.kafka = kafka;
    this.pools = pools;
    this.topics = new HashSet<>(pools.topics());
    this.topics.add(topics.events());
    this.logStart = logStart;
    this.handler = handler;
    this.batches = batches;
    this.positions = newPositions();
  }

  /** Starts to read; the first call connects to Kafka. */
  void start() {
    if (subscription == null) {
      ChannelSubscription started =
          new ChannelSubscription(CHANNEL, "sanaq-job-view", this::handle);
      subscription = started;
      started.start(batches);
      pools
          .all()
          .forEach(
              pool ->
                  logStart.watch(
                      CHANNEL,
                      pool.topic(),
                      first -> started.execute(() -> handler.dropDeleted(pool, first))));
    }
  }

  /**
   * Ignores records from now on. A later start reads the topics from their beginning, into a view
   * that is empty and has not caught up.
   */
  void stop() {
    positions = newPositions();
  }

  /** Why the view has not caught up; empty once it has. */
  Optional<String> notCaughtUpReason() {
    if (handler.isCaughtUp()) {
      return Optional.empty();
    }
    Set<String> missing = positions.missingTopics();
    return Optional.of(
        missing.isEmpty()
            ? "reading the topics"
            : ("reading the topics; no partition of %s is assigned yet: check that it exists"
                    + " (sanaq.topics.*)")
                .formatted(String.join(", ", missing)));
  }

  /** Why the view will not be updated any more; empty while it is. */
  Optional<String> failureReason() {
    ChannelSubscription current = subscription;
    return current == null ? Optional.empty() : current.failureReason();
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    try {
      @SuppressWarnings("unchecked") // the channel's deserializers are those of byte arrays
      Consumer<byte[], byte[]> bytes = (Consumer<byte[], byte[]>) consumer;
      Set<TopicPartition> added = positions.seek(bytes, partitions);
      if (!added.isEmpty() && !handler.isCaughtUp()) {
        handler.setCommittedOffsets(readCommittedOffsets(added));
      }
      onSubscription(current -> current.execute(this::checkCaughtUp));
    } catch (KafkaException e) {
      // Thrown, it would be lost: Kafka would go on with partitions that were not sought.
      onSubscription(current -> current.fail(e));
    }
  }

  @Override
  public void onPolled(ConsumerRecords<byte[], byte[]> records) {
    positions.onPolled(records);
    if (records.isEmpty() && !handler.isCaughtUp()) {
      onSubscription(current -> current.execute(this::checkCaughtUp));
    }
  }

  private void handle(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (positions.isNew(record)) {
        handler.handle(record);
        positions.onHandled(record);
      }
    }
    checkCaughtUp();
  }

  private void checkCaughtUp() {
    if (!handler.isCaughtUp() && positions.isCaughtUp()) {
      handler.onCaughtUp();
    }
  }

  private void onSubscription(java.util.function.Consumer<ChannelSubscription> action) {
    ChannelSubscription current = subscription;
    if (current != null) {
      action.accept(current);
    }
  }

  private ReadPositions newPositions() {
    return new ReadPositions(topics, StartPosition.beginning());
  }

  // Requests that the workers have finished are not in the backlog, even if their events have
  // expired.
  private Map<TopicPartition, Long> readCommittedOffsets(Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (ModelPool pool : pools.all()) {
      Set<TopicPartition> ofPool =
          partitions.stream()
              .filter(partition -> partition.topic().equals(pool.topic()))
              .collect(Collectors.toSet());
      if (!ofPool.isEmpty()) {
        offsets.putAll(readCommittedOffsets(pool.group(), ofPool));
      }
    }
    return offsets;
  }

  private Map<TopicPartition, Long> readCommittedOffsets(
      String group, Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = kafka.workerConsumer(group, "sanaq-gateway")) {
      consumer
          .committed(partitions)
          .forEach((partition, c) -> offsets.put(partition, c == null ? 0 : c.offset()));
    }
    return offsets;
  }
}
