package dev.sanaq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.LocalServiceKind;
import dev.sanaq.local.LocalServices;
import dev.sanaq.local.LocalServicesConfig;
import dev.sanaq.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On the embedded broker; each test reads a topic of its own. */
class TopicReaderTest {
  private static final String REMEDY = "create it, or set sanaq.topics.test";
  private static final Instant TIME = Instant.now().minusSeconds(3600);

  private static LocalServices services;
  private static KafkaClientFactory kafka;

  @BeforeAll
  static void startKafka() {
    services =
        LocalServices.startTemporary(new LocalServicesConfig(Set.of(LocalServiceKind.KAFKA), 0, 0));
    kafka = new KafkaClientFactory(Map.of("bootstrap.servers", bootstrapServers()));
  }

  @AfterAll
  static void stopKafka() {
    services.close();
  }

  @Test
  void assignTopic_missingTopic_failsWithRemedy() {
    try (TopicReader reader = reader(StartPosition.beginning())) {
      assertThatThrownBy(() -> reader.assignTopic("no-such-topic", REMEDY))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the broker has no topic no-such-topic; " + REMEDY);
    }
  }

  @Test
  void beginning_readsEveryPartitionToItsEnd() throws Exception {
    String topic = "sanaq.requests";
    int partitions;
    try (TopicReader reader = reader(StartPosition.beginning())) {
      reader.assignTopic(topic, REMEDY);
      partitions = reader.assignment().size();
      assertThat(reader.isAtEnd()).isTrue();
    }
    for (int partition = 0; partition < partitions; partition++) {
      send(topic, partition, TIME, "value " + partition);
    }
    try (TopicReader reader = reader(StartPosition.beginning())) {
      reader.assignTopic(topic, REMEDY);
      assertThat(reader.isAtEnd()).isFalse();
      assertThat(readToEnd(reader)).hasSize(partitions).contains("value 0");
    }
  }

  @Test
  void now_skipsOldRecords_readsRecordsAfterAssignment() throws Exception {
    String topic = "sanaq.events";
    send(topic, 0, TIME, "old");
    try (TopicReader reader = reader(StartPosition.now())) {
      reader.assignTopic(topic, REMEDY);
      send(topic, 0, TIME, "new");
      List<String> values = new ArrayList<>();
      while (values.isEmpty()) {
        poll(reader, values);
      }
      assertThat(values).containsExactly("new");
    }
  }

  @Test
  void since_skipsOlderRecords_startsAtEndWhereAllAreOlder() throws Exception {
    String topic = "sanaq.cancellations";
    send(topic, 0, TIME.minusSeconds(2), "older");
    send(topic, 0, TIME, "in time");
    send(topic, 1, TIME.minusSeconds(2), "older");
    try (TopicReader reader = reader(StartPosition.since(() -> TIME.minusSeconds(1)))) {
      reader.assignTopic(topic, REMEDY);
      assertThat(readToEnd(reader)).containsExactly("in time");
    }
  }

  @Test
  void assign_morePartitions_keepsPositionsOfOthers() throws Exception {
    String topic = "sanaq.webhook-deliveries";
    send(topic, 0, TIME, "zero");
    send(topic, 1, TIME, "one");
    try (TopicReader reader = reader(StartPosition.beginning())) {
      TopicPartition first = new TopicPartition(topic, 0);
      assertThat(reader.assign(List.of(first))).isTrue();
      assertThat(readToEnd(reader)).containsExactly("zero");
      assertThat(reader.assign(List.of(first))).isFalse();
      assertThat(reader.assignTopic(topic, REMEDY)).isTrue();
      assertThat(readToEnd(reader)).containsExactly("one");
    }
  }

  @Test
  void recordsDeletedBeforePosition_readingGoesOnAtOldestRecord() throws Exception {
    String topic = "sanaq.expiring";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      try (TopicReader reader = reader(StartPosition.beginning())) {
        send(topic, 0, TIME, "first");
        Eventually.await("the topic", Duration.ofSeconds(30))
            .ignoreExceptions()
            .until(() -> reader.assignTopic(topic, REMEDY));
        assertThat(readToEnd(reader)).containsExactly("first");
        for (String value : List.of("deleted", "deleted too", "retained")) {
          send(topic, 0, TIME, value);
        }
        RecordsToDelete untilRetained = RecordsToDelete.beforeOffset(3);
        admin.deleteRecords(Map.of(new TopicPartition(topic, 0), untilRetained)).all().get();
        List<String> values = new ArrayList<>();
        // A fetch that was under way may still return a deleted one.
        Eventually.await("the record that was not deleted", Duration.ofSeconds(10))
            .until(
                () -> {
                  poll(reader, values);
                  return values.contains("retained");
                });
      }
    }
  }

  private static String bootstrapServers() {
    return services.config().getOrDefault("kafka.bootstrap.servers", "");
  }

  private static TopicReader reader(StartPosition start) {
    return new TopicReader(kafka.standaloneConsumer(), start);
  }

  private static void send(String topic, int partition, Instant time, String value)
      throws Exception {
    try (Producer<byte[], byte[]> producer = kafka.idempotentProducer(Duration.ofSeconds(10))) {
      producer
          .send(
              new ProducerRecord<>(
                  topic,
                  partition,
                  time.toEpochMilli(),
                  new byte[] {1}, // compacted topics need a key
                  value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }

  private static List<String> readToEnd(TopicReader reader) {
    List<String> values = new ArrayList<>();
    while (!reader.isAtEnd()) {
      poll(reader, values);
    }
    return values;
  }

  private static void poll(TopicReader reader, List<String> values) {
    reader
        .poll(Duration.ofMillis(100))
        .forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
  }
}
