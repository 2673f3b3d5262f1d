package dev.sanaq.worker;

import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/** Whether the consumer has a broker to talk to. Any number of threads. */
final class Connection {
  private final Optional<? extends Metric> count;

  Connection(Consumer<?, ?> consumer) {
    this.count =
        consumer.metrics().entrySet().stream()
            .filter(entry -> entry.getKey().name().equals("connection-count"))
            .map(java.util.Map.Entry::getValue)
            .findFirst();
  }

  /** What is wrong, in words; nothing where nothing is, or where the client does not say. */
  Optional<String> trouble() {
    return count
        .filter(metric -> metric.metricValue() instanceof Number n && n.doubleValue() == 0)
        .map(metric -> "no broker is reached; see kafka.bootstrap.servers");
  }
}
