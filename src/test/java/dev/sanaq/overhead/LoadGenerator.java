package dev.sanaq.overhead;

import dev.sanaq.overhead.process.InstantImageGenerator;
import dev.sanaq.overhead.process.RunTopics;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.kafka.TerminalEventReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends requests and waits for their terminal events. Not thread-safe. */
final class LoadGenerator implements AutoCloseable {
  private static final Duration COMPLETION_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

  private final KafkaProducer<byte[], byte[]> producer;
  private final TerminalEventReader events;
  private final String topic;
  private volatile @Nullable OverheadWave current;

  LoadGenerator(String bootstrapServers, RunTopics topics) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.topic = topics.requests();
    this.events = new TerminalEventReader(bootstrapServers, topics.events(), this::onTerminalEvent);
  }

  /** Sends all jobs at once, so that the worker runs at its full rate. */
  OverheadWave burst(String name, int jobs) throws InterruptedException {
    OverheadWave wave = new OverheadWave(name, jobs);
    current = wave;
    for (int job = 0; job < jobs; job++) {
      wave.due(job, System.nanoTime());
      send(wave.id(job));
    }
    return awaitCompletion(wave);
  }

  /**
   * Sends jobs at a fixed rate, whatever comes back. A job's time starts when it was due, so a
   * worker that stalls is charged for every job that it delayed.
   */
  OverheadWave paced(String name, int jobs, double perSecond) throws InterruptedException {
    OverheadWave wave = new OverheadWave(name, jobs);
    current = wave;
    long startNanos = System.nanoTime();
    for (int job = 0; job < jobs; job++) {
      long due = startNanos + (long) (job * 1e9 / perSecond);
      Pause.untilNanoTime(due);
      wave.due(job, due);
      send(wave.id(job));
    }
    return awaitCompletion(wave);
  }

  @Override
  public void close() {
    events.close();
    producer.close();
  }

  private OverheadWave awaitCompletion(OverheadWave wave) throws InterruptedException {
    long deadline = System.nanoTime() + COMPLETION_TIMEOUT.toNanos();
    while (!wave.await(CHECK_INTERVAL)) {
      events.throwIfFailed();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "%s of %s jobs have not completed in time".formatted(wave.remaining(), wave.jobs()));
      }
    }
    return wave;
  }

  private void onTerminalEvent(String job, String outcome, long nanoTime) {
    if (!outcome.equals("completed")) {
      throw new AssertionError(job + " is " + outcome);
    }
    OverheadWave wave = current;
    if (wave != null) {
      wave.completedAt(job, nanoTime);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the wait for events detects a lost request
  private void send(String id) {
    String value =
        "{\"id\":\"%s\",\"prompt\":\"a red apple on a wooden table\",\"width\":%s,\"height\":%s,\"steps\":1,\"resolutionBinning\":false}"
            .formatted(id, InstantImageGenerator.SIDE, InstantImageGenerator.SIDE);
    producer.send(
        new ProducerRecord<>(
            topic, id.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8)));
  }
}
