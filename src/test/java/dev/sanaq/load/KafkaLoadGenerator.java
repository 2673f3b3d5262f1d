package dev.sanaq.load;

import dev.sanaq.testing.kafka.TerminalEventReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends requests to Kafka and reads their terminal events. Not thread-safe. */
final class KafkaLoadGenerator implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final TerminalEventReader events;
  private volatile @Nullable LoadWave wave;

  KafkaLoadGenerator(String bootstrapServers) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.events = new TerminalEventReader(bootstrapServers, "sanaq.events", this::onTerminalEvent);
  }

  /** Sends a wave of jobs and waits until they end. */
  LoadWave run(LoadShape shape, String name, LoadPlan plan) throws InterruptedException {
    Random random = new Random(1);
    LoadWave next = new LoadWave(name, shape.dueTimes(plan.rate(), plan.seconds()));
    wave = next;
    next.send(id -> send(id, shape.request(id, plan.side(), plan.steps(), random)));
    next.await(plan.timeout());
    return next;
  }

  /** Sends a wave of small images with one prompt, and records their ends. */
  void send(LoadWave next, String prompt) {
    wave = next;
    next.send(
        id ->
            send(
                id,
                "{\"id\":\"%s\",\"prompt\":\"%s\",\"width\":32,\"height\":32,\"resolutionBinning\":false}"
                    .formatted(id, prompt)));
  }

  /** Returns the number of partitions of the topic of requests. */
  int partitionCount() {
    return producer.partitionsFor("sanaq.requests").size();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the wait for events detects a lost request
  private void send(String id, String request) {
    producer.send(
        new ProducerRecord<>(
            "sanaq.requests",
            id.getBytes(StandardCharsets.UTF_8),
            request.getBytes(StandardCharsets.UTF_8)));
  }

  private void onTerminalEvent(String job, String outcome, long nanoTime) {
    LoadWave current = wave;
    if (current != null) {
      current.recordEnd(job, outcome);
    }
  }

  @Override
  public void close() {
    events.close();
    producer.close();
  }
}
