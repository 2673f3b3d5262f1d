package dev.sanaq.gateway;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.impl.ReactiveKafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/**
 * Stops a gateway as the end of its process does: the next start has no state but the topics'. What
 * stays is the channel of its view, which can be subscribed to once in an application: its
 * partitions are assigned again.
 */
public final class GatewayRestart {
  private static final String CHANNEL = "job-view";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private GatewayRestart() {}

  /** Starts the gateway, for the first time or again. */
  public static void start(GatewayLifecycle gateway) {
    gateway.start();
    ReactiveKafkaConsumer<?, ?> consumer =
        (ReactiveKafkaConsumer<?, ?>)
            Arc.container().select(KafkaClientService.class).get().getConsumer(CHANNEL);
    consumer
        .runOnPollingThread(
            client -> {
              Set<TopicPartition> assigned = client.assignment();
              ConsumerRebalanceListener listener = consumer.getRebalanceListener();
              listener.onPartitionsRevoked(assigned);
              listener.onPartitionsAssigned(assigned);
            })
        .await()
        .atMost(TIMEOUT);
  }

  /** Stops the gateway and destroys its beans. */
  public static void stop(GatewayLifecycle gateway) {
    gateway.stop();
    InjectableContext context = Arc.container().getActiveContext(ApplicationScoped.class);
    context.getState().getContextualInstances().keySet().stream()
        .filter(bean -> bean.getBeanClass().getName().startsWith("dev.sanaq.gateway."))
        .filter(bean -> !bean.getBeanClass().getSimpleName().equals("JobViewUpdater"))
        .forEach(context::destroy);
  }

  /** Stops the gateway and starts it without state. */
  public static void restart(GatewayLifecycle gateway) {
    stop(gateway);
    start(gateway);
  }
}
