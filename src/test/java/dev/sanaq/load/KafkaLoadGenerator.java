package dev.sanaq.load;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Requests to the topic, ends from the events' topic, read as a consumer of results reads them. */
final class KafkaLoadGenerator implements AutoCloseable {
  private static final String TERMINAL_TYPE =
      "dev\\.sanaq\\.job\\.(completed|failed|cancelled)\\.v1";

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread readerThread = new Thread(this::pollLoop, "load-events");
  private volatile LoadWave wave = new LoadWave("none", List.of());
  private volatile boolean closed;

  KafkaLoadGenerator(String bootstrapServers) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor("sanaq.events").stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    readerThread.setDaemon(true);
    readerThread.start();
  }

  /** Sends a wave and waits for its end. */
  LoadWave run(LoadShape shape, String name, LoadPlan plan) throws InterruptedException {
    Random random = new Random(1);
    LoadWave next = new LoadWave(name, shape.dueTimes(plan.rate(), plan.seconds()));
    wave = next;
    next.send(id -> send(id, shape.request(id, plan.side(), plan.steps(), random)));
    next.await(plan.timeout());
    return next;
  }

  /** Sends a wave of small images of that prompt; its ends are noted from now on. */
  void send(LoadWave next, String prompt) {
    wave = next;
    next.send(
        id ->
            send(
                id,
                "{\"id\":\"%s\",\"prompt\":\"%s\",\"width\":32,\"height\":32,\"resolutionBinning\":false}"
                    .formatted(id, prompt)));
  }

  /** How many the requests' topic has. */
  int partitionCount() {
    return producer.partitionsFor("sanaq.requests").size();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a request that did not arrive has no end
  private void send(String id, String request) {
    producer.send(
        new ProducerRecord<>(
            "sanaq.requests",
            id.getBytes(StandardCharsets.UTF_8),
            request.getBytes(StandardCharsets.UTF_8)));
  }

  private void pollLoop() {
    while (!closed) {
      consumer.poll(Duration.ofMillis(50)).forEach(this::onRecord);
    }
    consumer.close();
  }

  private void onRecord(ConsumerRecord<byte[], byte[]> record) {
    Header type = record.headers().lastHeader("ce_type");
    String kind = type == null ? "" : new String(type.value(), StandardCharsets.UTF_8);
    if (kind.matches(TERMINAL_TYPE)) {
      wave.recordEnd(
          new String(record.key(), StandardCharsets.UTF_8), kind.replaceAll(TERMINAL_TYPE, "$1"));
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      readerThread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
