package dev.sanaq.worker.consume;

import dev.sanaq.kafka.CurrentConsumer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/** Whether the consumer has a connection to a broker. Any number of threads. */
final class BrokerConnectivity {
  private final CurrentConsumer consumer;

  BrokerConnectivity(CurrentConsumer consumer) {
    this.consumer = consumer;
  }

  /** Why the worker has no broker; empty if it has one, or if the client has no such metric. */
  Optional<String> disconnectedReason() {
    return consumer
        .current()
        .flatMap(BrokerConnectivity::connectionCount)
        .filter(metric -> metric.metricValue() instanceof Number n && n.doubleValue() == 0)
        .map(metric -> "no broker is reachable; check kafka.bootstrap.servers");
  }

  private static Optional<? extends Metric> connectionCount(Consumer<?, ?> consumer) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("connection-count"))
        .findFirst();
  }
}
