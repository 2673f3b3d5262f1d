package dev.sanaq.testing.kafka;

import dev.sanaq.kafka.channel.ChannelClientCustomizer;
import dev.sanaq.kafka.channel.RepeatableKafkaConnector;
import dev.sanaq.kafka.smallrye.BeanInstance;
import dev.sanaq.worker.WorkerSettings;
import dev.sanaq.worker.requests.IncomingRequests;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import io.smallrye.reactive.messaging.kafka.fault.KafkaIgnoreFailure;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Flow.Publisher;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The channel of requests with its own connector and the program's configuration, for workers
 * without Quarkus.
 */
public final class PlainIncomingRequests {
  private static final String PREFIX = "mp.messaging.incoming.requests.";
  private static final Vertx VERTX = Vertx.vertx();

  private final IncomingRequests channel;

  private PlainIncomingRequests(WorkerSettings settings) {
    Config config = config(settings);
    this.channel = new IncomingRequests(Multi.createFrom().deferred(() -> batches(config)));
  }

  /** A new channel of one worker. */
  public static IncomingRequests of(WorkerSettings settings) {
    return new PlainIncomingRequests(settings).channel;
  }

  private static Config config(WorkerSettings settings) {
    Map<String, String> values = new TreeMap<>();
    settings.kafka().forEach((key, value) -> values.put(key, value.toString()));
    properties()
        .forEach(
            (key, value) -> {
              if (key.toString().startsWith(PREFIX)) {
                values.put(key.toString().substring(PREFIX.length()), value.toString());
              }
            });
    values.put("channel-name", IncomingRequests.CHANNEL);
    values.put("topics", settings.topics().requests());
    values.put("group.id", settings.worker().group());
    return new SmallRyeConfigBuilder().withDefaultValues(values).build();
  }

  private static Properties properties() {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            IncomingRequests.class
                .getClassLoader()
                .getResourceAsStream("application.properties"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  @SuppressWarnings("unchecked")
  private Multi<Message<ConsumerRecords<byte[], byte[]>>> batches(Config config) {
    RepeatableKafkaConnector connector =
        new RepeatableKafkaConnector(
            VERTX,
            BeanInstance.none(),
            new BeanInstance<>(Map.of(IncomingRequests.CHANNEL, channel)),
            new BeanInstance<>(Map.of("ignore", new KafkaIgnoreFailure.Factory())),
            BeanInstance.none(),
            new BeanInstance<>(
                Map.of(
                    "customizer",
                    new ChannelClientCustomizer(
                        new BeanInstance<>(Map.of(IncomingRequests.CHANNEL, channel))))));
    return Multi.createFrom()
        .publisher((Publisher<Message<?>>) connector.getPublisher(config))
        .map(PlainIncomingRequests::toRecords);
  }

  // As the converter does that an injected channel has.
  @SuppressWarnings("unchecked")
  private static Message<ConsumerRecords<byte[], byte[]>> toRecords(Message<?> batch) {
    return Message.of(
        (ConsumerRecords<byte[], byte[]>)
            batch.getMetadata(IncomingKafkaRecordBatchMetadata.class).orElseThrow().getRecords());
  }
}
