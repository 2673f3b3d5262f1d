package dev.sanaq.worker.consume;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/** Whether the consumer has a connection to a broker. Any number of threads. */
final class BrokerConnectivity {
  private final Optional<? extends Metric> connectionCount;

  BrokerConnectivity(Consumer<?, ?> consumer) {
    this.connectionCount =
        consumer.metrics().entrySet().stream()
            .filter(entry -> entry.getKey().name().equals("connection-count"))
            .map(Map.Entry::getValue)
            .findFirst();
  }

  /** Why the worker has no broker; empty if it has one, or if the client has no such metric. */
  Optional<String> disconnectedReason() {
    return connectionCount
        .filter(metric -> metric.metricValue() instanceof Number n && n.doubleValue() == 0)
        .map(metric -> "no broker is reachable; check kafka.bootstrap.servers");
  }
}
