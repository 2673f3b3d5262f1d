package dev.sanaq.worker.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.ReplaceableConsumer.RefusedException;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainIncomingRequests;
import dev.sanaq.worker.WorkerSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RequestConsumerTest {
  @Test
  void open_unknownBrokers_saysSo_leavesNoThread_canBeRepeated() {
    WorkerSettings settings =
        TestSettings.of(Map.of("kafka.bootstrap.servers", "no-such-host.invalid:9092"));
    settings.kafka().put("group.protocol", "classic"); // or the brokers would be asked
    RequestConsumer consumer =
        new RequestConsumer(
            PlainIncomingRequests.of(settings),
            List.of("requests"),
            new KafkaClientFactory(settings.kafka()).workerConfiguration("worker"));
    Set<Thread> before = pollingThreads();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> consumer.open(new NoListener()))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("No resolvable bootstrap urls");
      consumer.runAlways(() -> {});
      consumer.close();
      assertThat(consumer.current()).isEmpty();
    }
    assertThat(pollingThreads()).isEqualTo(before);
  }

  private static Set<Thread> pollingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("smallrye-kafka-consumer-thread"))
        .collect(Collectors.toSet());
  }

  private static final class NoListener implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }
}
