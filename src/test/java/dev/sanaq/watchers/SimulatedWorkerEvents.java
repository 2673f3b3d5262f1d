package dev.sanaq.watchers;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes events as workers do, without running jobs. */
final class SimulatedWorkerEvents implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;

  SimulatedWorkerEvents(String servers) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  void started(String job) {
    send(
        job,
        JobEventFactory.STARTED,
        "started",
        Map.of("id", job, "worker", "w", "model", "m", "request", request(job)));
  }

  void progress(String job, int step) {
    send(
        job,
        JobEventFactory.PROGRESS,
        "progress/" + step,
        Map.of("id", job, "step", step, "steps", 1000));
  }

  void completed(String job) {
    send(
        job,
        JobEventFactory.COMPLETED,
        "completed",
        Map.of(
            "id",
            job,
            "images",
            java.util.List.of(),
            "request",
            request(job),
            "timings",
            Map.of("denoise", 1.0),
            "worker",
            "w",
            "model",
            "m",
            "metadata",
            Map.of()));
  }

  /** Waits until the broker has acknowledged all events. */
  void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }

  private static Map<String, Object> request(String job) {
    return Map.of("id", job, "prompt", "p", "width", 1024, "height", 1024, "steps", 1000);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // flush waits, and the test counts events
  private void send(String job, String type, String name, Map<String, Object> data) {
    producer.send(
        new CloudEvent(job + "/" + name, "/sanaq", type, job, Instant.now(), data, "")
            .toRecord("sanaq.events"));
  }
}
