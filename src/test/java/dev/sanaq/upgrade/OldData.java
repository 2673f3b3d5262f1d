package dev.sanaq.upgrade;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The records and objects that the version of 29 November 2026 (commit 8ecbb20) wrote, in the order
 * of their offsets. Its own worker, gateway and webhooks made them; see the README beside them.
 */
final class OldData {
  private static final Path FOLDER = Path.of("src/test/resources/dev/sanaq/upgrade");
  private static final Set<String> WAITING = Set.of("old-waiting", "old-plain", "old-unwanted");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

  /** The pending delivery waits for its third attempt. */
  private static final Duration RETRY = Duration.ofMinutes(10);

  private static final ObjectMapper JSON = new ObjectMapper();

  private OldData() {}

  /**
   * A record of a topic.
   *
   * @param value the text of the value; no record here has another kind
   */
  record OldRecord(
      String topic,
      int partition,
      long offset,
      long timestamp,
      String key,
      Map<String, String> headers,
      String value) {
    JsonNode json() {
      return OldData.json(value);
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  static List<OldRecord> records(String topic) {
    return records().stream().filter(record -> record.topic().equals(topic)).toList();
  }

  private static List<OldRecord> records() {
    return lines("records.jsonl").stream().map(OldData::record).toList();
  }

  /** The objects of the bucket: bytes by key. */
  static Map<String, byte[]> objects() {
    Map<String, byte[]> objects = new TreeMap<>();
    for (JsonNode line : lines("objects.jsonl")) {
      objects.put(
          line.get("key").asText(), Base64.getDecoder().decode(line.get("base64").asText()));
    }
    return objects;
  }

  /**
   * Writes everything to a new Kafka and a new bucket, each record at its partition, and commits
   * the group's offsets. Times are moved to the present, as if the older version had just stopped:
   * otherwise Kafka would delete the records, and the service forget cancellations and deliveries.
   *
   * @param port the port of the receiver of webhooks that have not been delivered
   */
  static void restore(String bootstrapServers, S3Client s3, String bucket, int port) {
    objects()
        .forEach(
            (key, bytes) ->
                s3.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(bytes)));
    long newest = records().stream().mapToLong(OldRecord::timestamp).max().orElseThrow();
    Duration age = Duration.ofMillis(System.currentTimeMillis() - newest);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (OldRecord old : records()) {
        String value = old.value();
        if (old.topic().equals("sanaq.webhook-deliveries")) {
          value = value.replace("127.0.0.1:45871", "127.0.0.1:" + port);
          value =
              TIME.matcher(value)
                  .replaceAll(
                      time -> Instant.parse(time.group()).plus(age.minus(RETRY)).toString());
        }
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                old.topic(),
                old.partition(),
                old.timestamp() + age.toMillis(),
                utf8(old.key()),
                utf8(value));
        old.headers().forEach((name, text) -> record.headers().add(name, utf8(text)));
        producer.send(record);
      }
    }
    commitOffsets(bootstrapServers);
  }

  /** What the old workers had committed: everything before the requests that they did not run. */
  private static void commitOffsets(String bootstrapServers) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (OldRecord request : records("sanaq.requests")) {
      if (!WAITING.contains(request.key())) {
        offsets.put(
            new TopicPartition(request.topic(), request.partition()),
            new OffsetAndMetadata(request.offset() + 1));
      }
    }
    try (KafkaConsumer<byte[], byte[]> group =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "group.id", "sanaq-workers"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      group.assign(offsets.keySet());
      group.commitSync(offsets);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static OldRecord record(JsonNode line) {
    Map<String, String> headers = new TreeMap<>();
    line.get("headers")
        .fields()
        .forEachRemaining(entry -> headers.put(entry.getKey(), entry.getValue().asText()));
    return new OldRecord(
        line.get("topic").asText(),
        line.get("partition").asInt(),
        line.get("offset").asLong(),
        line.get("timestamp").asLong(),
        line.get("key").asText(),
        headers,
        line.get("value").asText());
  }

  private static List<JsonNode> lines(String file) {
    try {
      return Files.readAllLines(FOLDER.resolve(file)).stream().map(OldData::json).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
