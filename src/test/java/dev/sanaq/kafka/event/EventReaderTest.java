package dev.sanaq.kafka.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.TestServices;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventReaderTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @RegisterExtension static final TestServices SERVICES = new TestServices();

  @Test
  void poll_returnsTheEventsOfJobs_notTheStatusOfWorkers() throws Exception {
    KafkaClientFactory kafka =
        new KafkaClientFactory(Map.of("bootstrap.servers", SERVICES.bootstrapServers()));
    String topic = SERVICES.config().getOrDefault("sanaq.topics.events", "");
    CloudEvent progress =
        new CloudEvent(
            "a/progress/1",
            "/test",
            JobEventFactory.PROGRESS,
            "a",
            Instant.parse("2030-01-01T00:00:00Z"),
            Map.of("step", 1),
            "");
    WorkerStatus status = new WorkerStatus("a", true, 60, "m", 512, 512, 20);
    try (EventReader reader = EventReader.fromBeginning(kafka.standaloneConsumer(), topic);
        Producer<byte[], byte[]> producer = kafka.idempotentProducer(TIMEOUT)) {
      producer.send(status.toEvent("/test", Instant.EPOCH).toRecord(topic)).get();
      producer.send(progress.toRecord(topic)).get();

      List<CloudEvent> read = new ArrayList<>();
      Eventually.await("the event of the job", TIMEOUT)
          .until(
              () -> {
                read.addAll(reader.poll(Duration.ofMillis(100)));
                return !read.isEmpty();
              });
      assertThat(read).extracting(CloudEvent::id).containsExactly("a/progress/1");
    }
  }
}
