package dev.sanaq.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** A plain Kafka client and a plain S3 client, without code of the service. Not thread-safe. */
public final class KafkaS3Client implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Several transactions of a worker, which commits every few milliseconds. */
  private static final Duration QUIET_PERIOD = Duration.ofMillis(1500);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final S3Client s3;
  private final Map<String, String> config;
  private final List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();

  /**
   * Connects, and reads the events and the dead letters from their beginning.
   *
   * @param config addresses, keys and, where they are not the defaults, topics and bucket
   */
  public KafkaS3Client(Map<String, String> config) {
    this.config = Map.copyOf(config);
    Map<String, Object> kafka = new HashMap<>();
    kafka.put("bootstrap.servers", config.get("kafka.bootstrap.servers"));
    kafka.put("isolation.level", "read_committed");
    kafka.put("auto.offset.reset", "earliest");
    this.consumer =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : List.of(topic("events"), topic("dead-letters"))) {
      consumer
          .partitionsFor(topic)
          .forEach(partition -> all.add(new TopicPartition(topic, partition.partition())));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", config.get("kafka.bootstrap.servers")),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.s3 =
        S3Client.builder()
            .endpointOverride(URI.create(config.get("sanaq.storage.endpoint")))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .httpClientBuilder(Apache5HttpClient.builder())
            .credentialsProvider(credentials(config))
            .build();
  }

  /** Creates a presigner; the caller closes it. */
  public static S3Presigner presigner(Map<String, String> config) {
    return S3Presigner.builder()
        .endpointOverride(URI.create(config.get("sanaq.storage.endpoint")))
        .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials(config))
        .build();
  }

  private static AwsCredentialsProvider credentials(Map<String, String> config) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(
            config.get("sanaq.storage.access-key"), config.get("sanaq.storage.secret-key")));
  }

  /** Sends a request to partition 0, so that requests are read in the order of sending. */
  public long send(String value, String... headers) {
    return send(value.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sends a request to a partition. */
  public long sendTo(int partition, String value) {
    return send(partition, value.getBytes(StandardCharsets.UTF_8));
  }

  public long send(byte[] value, String... headers) {
    return send(0, value, headers);
  }

  /** Cancels a job. */
  public void cancel(String id, String reason) {
    send(
        topic("cancellations"),
        0,
        "{\"id\":\"%s\",\"reason\":\"%s\"}".formatted(id, reason).getBytes(StandardCharsets.UTF_8));
  }

  private long send(int partition, byte[] value, String... headers) {
    return send(topic("requests"), partition, value, headers);
  }

  private long send(String topic, int partition, byte[] value, String... headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, partition, "key".getBytes(StandardCharsets.UTF_8), value);
    for (int i = 0; i < headers.length; i += 2) {
      record.headers().add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    try {
      return producer.send(record).get().offset();
    } catch (Exception e) {
      throw new AssertionError("the request was not sent", e);
    }
  }

  /** Waits until the committed events and dead letters satisfy a predicate, and returns them. */
  public List<ConsumerRecord<byte[], byte[]>> await(
      Predicate<List<ConsumerRecord<byte[], byte[]>>> condition) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.test(received)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not received in time; received: " + describe());
      }
      poll();
    }
    return received;
  }

  /** Waits for an event by {@linkplain #eventName name}. */
  public ConsumerRecord<byte[], byte[]> awaitEvent(String name) {
    await(records -> records.stream().anyMatch(record -> eventName(record).equals(name)));
    return received.stream().filter(r -> eventName(r).equals(name)).findFirst().orElseThrow();
  }

  /** Waits for an event by name, and runs an action between two polls. */
  public ConsumerRecord<byte[], byte[]> awaitEvent(String name, Runnable between) {
    await(
        records -> {
          between.run();
          return records.stream().anyMatch(record -> eventName(record).equals(name));
        });
    return awaitEvent(name);
  }

  /** An event's id without the hash of the request's record: {@code order-42/failed}. */
  public static String eventName(ConsumerRecord<byte[], byte[]> event) {
    return header(event, "ce_id").replaceFirst("-[0-9a-f]{16}$", "");
  }

  /** Reads a request back. */
  public ConsumerRecord<byte[], byte[]> readRequest(int partition, long offset) {
    TopicPartition source = new TopicPartition(topic("requests"), partition);
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", config.get("kafka.bootstrap.servers")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      reader.assign(List.of(source));
      reader.seek(source, offset);
      return reader.poll(TIMEOUT).iterator().next();
    }
  }

  /** Waits for a number of dead letters. */
  public List<ConsumerRecord<byte[], byte[]>> awaitDeadLetters(int count) {
    await(records -> deadLetters(records).size() >= count);
    return deadLetters(received);
  }

  private List<ConsumerRecord<byte[], byte[]>> deadLetters(
      List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().filter(r -> r.topic().equals(topic("dead-letters"))).toList();
  }

  /** Waits for {@link #QUIET_PERIOD}, in which unexpected records would arrive, and returns all. */
  public List<ConsumerRecord<byte[], byte[]>> awaitQuiet() {
    long deadline = System.nanoTime() + QUIET_PERIOD.toNanos();
    while (System.nanoTime() - deadline < 0) {
      poll();
    }
    return received;
  }

  /** Returns the received events of a type, in the order of their partitions. */
  public List<ConsumerRecord<byte[], byte[]>> events(String type) {
    return received.stream().filter(record -> header(record, "ce_type").equals(type)).toList();
  }

  /** Returns every object of a bucket by key. */
  public Map<String, byte[]> objects(String bucket) {
    Map<String, byte[]> objects = new TreeMap<>();
    for (S3Object object : s3.listObjectsV2(list -> list.bucket(bucket)).contents()) {
      objects.put(
          object.key(),
          s3.getObjectAsBytes(get -> get.bucket(bucket).key(object.key())).asByteArray());
    }
    return objects;
  }

  /** Every object of the configured bucket: bytes by key. */
  public Map<String, byte[]> objects() {
    return objects(config.getOrDefault("sanaq.storage.bucket", "sanaq"));
  }

  public S3Client s3() {
    return s3;
  }

  public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  public static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
    return json(record.value());
  }

  public static JsonNode json(byte[] text) {
    try {
      return JSON.readTree(text);
    } catch (java.io.IOException e) {
      throw new AssertionError("invalid JSON: " + new String(text, StandardCharsets.UTF_8), e);
    }
  }

  private String topic(String name) {
    return config.getOrDefault("sanaq.topics." + name, "sanaq." + name);
  }

  private void poll() {
    consumer.poll(Duration.ofMillis(100)).forEach(received::add);
  }

  private List<String> describe() {
    return received.stream()
        .map(
            record ->
                record.topic() + ":" + header(record, "ce_id") + header(record, "sanaq-reason"))
        .toList();
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
    s3.close();
  }
}
