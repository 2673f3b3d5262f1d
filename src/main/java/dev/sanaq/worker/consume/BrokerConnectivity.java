package dev.sanaq.worker.consume;

import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/** Whether the consumer has a broker to talk to. Any number of threads. */
final class BrokerConnectivity {
  private final Optional<? extends Metric> connectionCount;

  BrokerConnectivity(Consumer<?, ?> consumer) {
    this.connectionCount =
        consumer.metrics().entrySet().stream()
            .filter(entry -> entry.getKey().name().equals("connection-count"))
            .map(java.util.Map.Entry::getValue)
            .findFirst();
  }

  /** What is wrong, in words; nothing where nothing is, or where the client does not say. */
  Optional<String> disconnectedReason() {
    return connectionCount
        .filter(metric -> metric.metricValue() instanceof Number n && n.doubleValue() == 0)
        .map(metric -> "no broker is reached; see kafka.bootstrap.servers");
  }
}
