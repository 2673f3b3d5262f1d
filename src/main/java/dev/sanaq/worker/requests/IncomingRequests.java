package dev.sanaq.worker.requests;

import dev.sanaq.kafka.channel.ChannelListener;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Default;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * The channel {@code requests}, which connects its consumers with the worker's subscriptions. As
 * the channel's commit strategy it leaves the commits to the transactions of the results. One
 * subscription at a time.
 */
@ApplicationScoped
@Default
@Identifier(IncomingRequests.CHANNEL)
public class IncomingRequests implements ChannelListener.PerConsumer, KafkaCommitHandler.Factory {
  /** The channel's name. */
  public static final String CHANNEL = "requests";

  private final Multi<Message<ConsumerRecords<byte[], byte[]>>> batches;
  private volatile @Nullable RequestSubscription next;

  /**
   * @param batches what a consumer polls, in that order; each subscription has a new consumer
   */
  public IncomingRequests(
      @Channel(CHANNEL) Multi<Message<ConsumerRecords<byte[], byte[]>>> batches) {
    this.batches = batches;
  }

  /** Creates a consumer, whose records, failures and end the subscription gets. */
  void subscribe(RequestSubscription subscription) {
    next = subscription;
    batches.map(Message::getPayload).subscribe().withSubscriber(subscription);
  }

  @Override
  public ChannelListener forConsumer(Map<String, Object> config) {
    RequestSubscription subscription = next();
    subscription.configure(config);
    return subscription;
  }

  @Override
  public KafkaCommitHandler create(
      KafkaConnectorIncomingConfiguration config,
      Vertx vertx,
      KafkaConsumer<?, ?> consumer,
      BiConsumer<Throwable, Boolean> reportFailure) {
    next().onCreated(consumer, reportFailure);
    return new NoCommits();
  }

  @Override
  public void onPolled(ConsumerRecords<byte[], byte[]> records) {
    throw new IllegalStateException("each consumer has a listener of its own");
  }

  private RequestSubscription next() {
    return Objects.requireNonNull(next, "nobody subscribes");
  }

  private static final class NoCommits implements KafkaCommitHandler {
    @Override
    public <K, V> Uni<Void> handle(IncomingKafkaRecord<K, V> record) {
      return Uni.createFrom().voidItem();
    }
  }
}
