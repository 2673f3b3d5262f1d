package dev.sanaq.overhead;

import dev.sanaq.overhead.process.InstantImageGenerator;
import dev.sanaq.overhead.process.RunTopics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends requests and waits for their events. One thread; close it in the end. */
final class LoadGenerator implements AutoCloseable {
  private static final Duration COMPLETION_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

  private final KafkaProducer<byte[], byte[]> producer;
  private final CompletionRecorder completions;
  private final String topic;

  LoadGenerator(String bootstrapServers, RunTopics topics) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.topic = topics.requests();
    this.completions = new CompletionRecorder(bootstrapServers, topics.events());
  }

  /** All at once: the queue is full, and the worker takes what it can. */
  OverheadWave burst(String name, int jobs) throws InterruptedException {
    OverheadWave wave = new OverheadWave(name, jobs);
    completions.expect(wave);
    for (int job = 0; job < jobs; job++) {
      wave.due(job, System.nanoTime());
      send(wave.id(job));
    }
    return awaitCompletion(wave);
  }

  /**
   * At a fixed rate, whatever comes back: a job's time counts from when it was due, so that a
   * worker that holds everything up pays for every job that should have been sent meanwhile.
   */
  OverheadWave paced(String name, int jobs, double perSecond) throws InterruptedException {
    OverheadWave wave = new OverheadWave(name, jobs);
    completions.expect(wave);
    long begin = System.nanoTime();
    for (int job = 0; job < jobs; job++) {
      long due = begin + (long) (job * 1e9 / perSecond);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      wave.due(job, due);
      send(wave.id(job));
    }
    return awaitCompletion(wave);
  }

  @Override
  public void close() {
    completions.close();
    producer.close();
  }

  private OverheadWave awaitCompletion(OverheadWave wave) throws InterruptedException {
    long until = System.nanoTime() + COMPLETION_TIMEOUT.toNanos();
    while (!wave.await(CHECK_INTERVAL)) {
      completions.throwIfFailed();
      if (System.nanoTime() - until > 0) {
        throw new AssertionError(
            "%d of %d jobs have not ended in time".formatted(wave.remaining(), wave.jobs()));
      }
    }
    return wave;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a request that did not arrive has no event
  private void send(String id) {
    String value =
        "{\"id\":\"%s\",\"prompt\":\"a red apple on a wooden table\",\"width\":%d,\"height\":%d,\"steps\":1,\"resolutionBinning\":false}"
            .formatted(id, InstantImageGenerator.SIDE, InstantImageGenerator.SIDE);
    producer.send(
        new ProducerRecord<>(
            topic, id.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8)));
  }
}
