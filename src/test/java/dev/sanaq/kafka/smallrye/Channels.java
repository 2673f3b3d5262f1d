package dev.sanaq.kafka.smallrye;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaCDIEvents;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorOutgoingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import io.smallrye.reactive.messaging.kafka.commit.KafkaIgnoreCommit;
import io.smallrye.reactive.messaging.kafka.fault.KafkaIgnoreFailure;
import io.smallrye.reactive.messaging.kafka.impl.KafkaSink;
import io.smallrye.reactive.messaging.kafka.impl.KafkaSource;
import io.smallrye.reactive.messaging.kafka.transactions.KafkaTransactionsImpl;
import io.smallrye.reactive.messaging.providers.DefaultEmitterConfiguration;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.event.Event;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * An incoming channel and a transactional outgoing one, as the connector builds them in an
 * application, without an application: {@code requests} and {@code events}.
 */
final class Channels implements KafkaClientService, AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final KafkaSource<String, String> source;
  private final KafkaSink sink;
  private final Cancellable subscription;
  private final BlockingQueue<IncomingKafkaRecord<String, String>> received =
      new LinkedBlockingQueue<>();

  /** The emitter of an application's {@code @Channel("events") KafkaTransactions<String>}. */
  final KafkaTransactionsImpl<String> transactions;

  Channels(
      String servers, Map<String, String> incoming, Map<String, String> outgoing, String topic) {
    source =
        new KafkaSource<>(
            vertx,
            incoming.getOrDefault("group.id", ""),
            new KafkaConnectorIncomingConfiguration(incomingConfig(servers, incoming)),
            BeanInstance.none(),
            new BeanInstance<>(Map.of("ignore", new KafkaIgnoreCommit.Factory())),
            new BeanInstance<>(Map.of("ignore", new KafkaIgnoreFailure.Factory())),
            BeanInstance.none(),
            new NoEvents(),
            BeanInstance.none(),
            BeanInstance.none(),
            -1);
    sink =
        new KafkaSink(
            new KafkaConnectorOutgoingConfiguration(outgoingConfig(servers, outgoing, topic)),
            new NoEvents(),
            BeanInstance.none(),
            BeanInstance.none(),
            BeanInstance.none(),
            BeanInstance.none());
    transactions =
        new KafkaTransactionsImpl<>(
            new DefaultEmitterConfiguration("events", null, null, null), 128, this);
    connect(transactions.getPublisher(), sink.getSink());
    subscription = source.getStream().subscribe().with(received::add);
  }

  BlockingQueue<IncomingKafkaRecord<String, String>> received() {
    return received;
  }

  KafkaConsumer<String, String> consumer() {
    return source.getConsumer();
  }

  @SuppressWarnings("unchecked")
  private static void connect(
      Flow.Publisher<? extends Message<?>> emitter, Flow.Subscriber<? extends Message<?>> sink) {
    Multi.createFrom()
        .publisher((Flow.Publisher<Message<?>>) emitter)
        .subscribe((Flow.Subscriber<Message<?>>) sink);
  }

  private static Config incomingConfig(String servers, Map<String, String> more) {
    Map<String, String> config = new TreeMap<>();
    config.put("channel-name", "requests");
    config.put("bootstrap.servers", servers);
    config.put("key.deserializer", StringDeserializer.class.getName());
    config.put("value.deserializer", StringDeserializer.class.getName());
    config.put("auto.offset.reset", "earliest");
    config.put("commit-strategy", "ignore");
    config.put("failure-strategy", "ignore");
    config.put("health-enabled", "false");
    config.put("tracing-enabled", "false");
    config.put("poll-timeout", "50");
    config.putAll(more);
    return new SmallRyeConfigBuilder().withDefaultValues(config).build();
  }

  private static Config outgoingConfig(String servers, Map<String, String> more, String topic) {
    Map<String, String> config = new TreeMap<>();
    config.put("channel-name", "events");
    config.put("bootstrap.servers", servers);
    config.put("topic", topic);
    config.put("key.serializer", StringSerializer.class.getName());
    config.put("value.serializer", StringSerializer.class.getName());
    config.put("acks", "all");
    config.put("health-enabled", "false");
    config.put("tracing-enabled", "false");
    config.putAll(more);
    return new SmallRyeConfigBuilder().withDefaultValues(config).build();
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K, V> List<KafkaConsumer<K, V>> getConsumers(String channel) {
    return List.of((KafkaConsumer<K, V>) source.getConsumer());
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K, V> KafkaProducer<K, V> getProducer(String channel) {
    return (KafkaProducer<K, V>) sink.getProducer();
  }

  @Override
  public Set<String> getConsumerChannels() {
    return Set.of("requests");
  }

  @Override
  public Set<String> getProducerChannels() {
    return Set.of("events");
  }

  @Override
  public void close() {
    subscription.cancel();
    source.closeQuietly();
    sink.closeQuietly();
    vertx.closeAndAwait();
  }

  /** Events of clients that nobody observes. */
  private static final class NoEvents extends KafkaCDIEvents {
    @Override
    public Event<Consumer<?, ?>> consumer() {
      return none();
    }

    @Override
    public Event<Producer<?, ?>> producer() {
      return none();
    }

    @SuppressWarnings("unchecked")
    private static <T> Event<T> none() {
      return (Event<T>)
          Proxy.newProxyInstance(
              Event.class.getClassLoader(),
              new Class<?>[] {Event.class},
              (proxy, method, arguments) -> null);
    }
  }
}
