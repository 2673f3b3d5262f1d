package dev.sanaq.kafka.channel;

import io.smallrye.mutiny.Multi;
import io.smallrye.reactive.messaging.ClientCustomizer;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.health.HealthReporter;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.smallrye.reactive.messaging.kafka.fault.KafkaFailureHandler;
import io.smallrye.reactive.messaging.kafka.impl.ConfigHelper;
import io.smallrye.reactive.messaging.kafka.impl.KafkaSource;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow.Publisher;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The Kafka connector for incoming channels that are subscribed to again and again: each
 * subscription has a consumer of its own, which its cancellation closes. It creates the connector's
 * sources itself: {@code KafkaConnector} keeps every source, and Quarkus the metrics of every
 * consumer that it is told of, until the process ends. Liveness lists a channel while it is
 * subscribed to.
 */
@ApplicationScoped
@Connector(RepeatableKafkaConnector.NAME)
public class RepeatableKafkaConnector implements InboundConnector, HealthReporter {
  /** The connector's name in the configuration. */
  public static final String NAME = "sanaq-kafka";

  private final Set<KafkaSource<Object, Object>> subscribed = ConcurrentHashMap.newKeySet();
  private final Vertx vertx;
  private final Instance<Map<String, Object>> configurations;
  private final Instance<KafkaCommitHandler.Factory> commitHandlers;
  private final Instance<KafkaFailureHandler.Factory> failureHandlers;
  private final Instance<KafkaConsumerRebalanceListener> listeners;
  private final Instance<ClientCustomizer<Map<String, Object>>> customizers;

  /**
   * @param vertx whose event loops hand records on
   * @param configurations those of the program's clients
   */
  public RepeatableKafkaConnector(
      Vertx vertx,
      @Any Instance<Map<String, Object>> configurations,
      @Any Instance<KafkaCommitHandler.Factory> commitHandlers,
      @Any Instance<KafkaFailureHandler.Factory> failureHandlers,
      @Any Instance<KafkaConsumerRebalanceListener> listeners,
      @Any Instance<ClientCustomizer<Map<String, Object>>> customizers) {
    this.vertx = vertx;
    this.configurations = configurations;
    this.commitHandlers = commitHandlers;
    this.failureHandlers = failureHandlers;
    this.listeners = listeners;
    this.customizers = customizers;
  }

  @Override
  public Publisher<? extends Message<?>> getPublisher(Config config) {
    Config complete = ConfigHelper.retrieveChannelConfiguration(configurations, config);
    return Multi.createFrom().deferred(() -> batches(source(complete)));
  }

  @Override
  public HealthReport getLiveness() {
    HealthReport.HealthReportBuilder report = HealthReport.builder();
    subscribed.forEach(source -> source.isAlive(report));
    return report.build();
  }

  private Multi<? extends Message<?>> batches(KafkaSource<Object, Object> source) {
    subscribed.add(source);
    return source.getBatchStream().onTermination().invoke(() -> subscribed.remove(source));
  }

  @SuppressWarnings("NullAway") // what the channel does not use may be null
  private KafkaSource<Object, Object> source(Config config) {
    KafkaConnectorIncomingConfiguration incoming = new KafkaConnectorIncomingConfiguration(config);
    return new KafkaSource<>(
        vertx,
        incoming.getGroupId().orElseThrow(),
        incoming,
        null, // no traces
        commitHandlers,
        failureHandlers,
        listeners,
        new UnobservedEvents(),
        customizers,
        null, // no handlers of failed deserialization
        -1);
  }
}
