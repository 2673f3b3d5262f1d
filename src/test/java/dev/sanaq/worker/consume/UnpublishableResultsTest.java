package dev.sanaq.worker.consume;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerRuntime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A result that the broker does not take stops no other; a real broker refuses it. */
class UnpublishableResultsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  @BeforeAll
  static void start() {
    client = harness.client();
  }

  @AfterEach
  void drainAll() {
    harness.drainAll(Duration.ZERO);
  }

  @Tag("slow") // the producer looks for a missing topic for 10 s
  @Test
  void missingDeadLetterTopic_otherJobsComplete_letterFollowsOnceTopicExists() throws Exception {
    String missing = config("sanaq.topics.dead-letters") + "-missing";
    WorkerRuntime worker = startWorker(Map.of("sanaq.topics.dead-letters", missing));
    client.send("no request");
    List<String> jobs = IntStream.range(0, 10).mapToObj(i -> "beside-" + i).toList();
    jobs.forEach(id -> client.send("{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id)));
    jobs.forEach(id -> client.awaitEvent(id + "/completed"));

    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(missing, 1, (short) 1))).all().get();
    }
    Map<String, String> renamed = new TreeMap<>(harness.services().config());
    renamed.put("sanaq.topics.dead-letters", missing);
    try (KafkaS3Client reader = new KafkaS3Client(renamed)) {
      Eventually.await("the dead letter is published", TIMEOUT)
          .until(() -> !letters(reader, missing).isEmpty());
      assertThat(letters(reader, missing)).containsExactly("no request");
    }
    assertThat(worker.drain(SHUTDOWN_TIMEOUT)).isTrue();
  }

  @Test
  void eventLargerThanItsTopicTakes_isShortened_otherJobsComplete() throws Exception {
    // More than a batch of the producer: Kafka splits smaller ones again and again.
    setMaxMessageBytes(config("sanaq.topics.events"), "20000");
    try {
      startWorker(Map.of());
      client.send(
          "{\"id\":\"large\",\"prompt\":\"p\",\"metadata\":{\"text\":\"%s\"}}"
              .formatted("m".repeat(12_000)));
      client.send("{\"id\":\"small\",\"prompt\":\"p\"}");
      client.awaitEvent("small/completed");
      JsonNode event = KafkaS3Client.json(client.awaitEvent("large/completed"));
      assertThat(event.get("images")).hasSize(1);
      assertThat(event.get("omitted").toString()).isEqualTo("[\"request\",\"metadata\"]");
      assertThat(event.has("request") || event.has("metadata")).isFalse();
    } finally {
      setMaxMessageBytes(config("sanaq.topics.events"), "1048588");
    }
  }

  @Test
  void oneOversizedDeadLetter_isTruncated_othersAreComplete() {
    // The record just fits the limit; with the headers of a dead letter it does not.
    client.send(new byte[1024 * 1024 - 100]);
    for (int i = 0; i < 20; i++) {
      client.send("garbage-" + i);
    }
    startWorker(Map.of());
    List<ConsumerRecord<byte[], byte[]>> letters = client.awaitDeadLetters(21);
    assertThat(letters.stream().filter(letter -> !header(letter, "sanaq-original-bytes").isEmpty()))
        .hasSize(1);
  }

  private static List<String> letters(KafkaS3Client reader, String topic) {
    return reader.awaitQuiet().stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private WorkerRuntime startWorker(Map<String, String> more) {
    Map<String, String> overrides = new HashMap<>(Map.of("sanaq.worker.retry-backoff", "PT0.3S"));
    overrides.putAll(more);
    return harness.startWorker(new GradientImageGenerator(), overrides);
  }

  private static String config(String key) {
    return Objects.requireNonNull(harness.services().config().get(key), key);
  }

  private static void setMaxMessageBytes(String topic, String bytes) throws Exception {
    try (Admin admin = admin()) {
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      admin
          .incrementalAlterConfigs(
              Map.of(
                  resource,
                  List.of(
                      new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), OpType.SET))))
          .all()
          .get();
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", harness.services().bootstrapServers()));
  }
}
