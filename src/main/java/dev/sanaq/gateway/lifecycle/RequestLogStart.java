package dev.sanaq.gateway.lifecycle;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Asks regularly where the topic of requests begins. Retention deletes requests that no worker has
 * read; nothing else tells the gateway that they will never run.
 */
@ApplicationScoped
class RequestLogStart {
  private static final Logger LOG = Logger.getLogger(RequestLogStart.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  private final KafkaClientService clients;
  private final Vertx vertx;

  RequestLogStart(KafkaClientService clients, Vertx vertx) {
    this.clients = clients;
    this.vertx = vertx;
  }

  /**
   * Starts to ask, until the program ends. Call it once.
   *
   * @param channel whose consumer asks, if it reads the topic
   * @param topic the topic of requests
   * @param listener gets the first offset of each partition, on the channel's polling thread
   */
  void watch(
      String channel, String topic, java.util.function.Consumer<Map<Integer, Long>> listener) {
    vertx.setPeriodic(
        INTERVAL.toMillis(),
        timer -> {
          KafkaConsumer<byte[], byte[]> consumer = clients.getConsumer(channel);
          if (consumer != null) {
            java.util.function.Consumer<Consumer<byte[], byte[]>> ask =
                polled -> listener.accept(firstOffsets(polled, topic));
            consumer
                .runOnPollingThread(ask)
                .subscribe()
                .with(
                    asked -> {},
                    failure -> LOG.debugf("where %s begins is not known: %s", topic, failure));
          }
        });
  }

  private static Map<Integer, Long> firstOffsets(Consumer<byte[], byte[]> consumer, String topic) {
    Set<TopicPartition> assigned =
        consumer.assignment().stream()
            .filter(partition -> partition.topic().equals(topic))
            .collect(Collectors.toSet());
    Map<Integer, Long> first = new HashMap<>();
    consumer
        .beginningOffsets(assigned, CALL_TIMEOUT)
        .forEach((partition, offset) -> first.put(partition.partition(), offset));
    return first;
  }
}
