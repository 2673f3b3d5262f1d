package dev.sanaq.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A worker with a small heap reads far more bytes of records than it has, without a request. */
class UnreadableFloodTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int RECORDS = 600;
  private static final int RECORD_BYTES = 900_000;

  @RegisterExtension static final TestServices services = new TestServices();

  @Tag("slow") // a process that reads 540 MB
  @Test
  void compressedRecordsLargerThanHeap_becomeDeadLetters_workerSurvives() throws Exception {
    try (Producer<byte[], byte[]> sender = compressingProducer()) {
      for (int i = 0; i < RECORDS; i++) {
        String topic = i % 3 == 0 ? "sanaq.topics.cancellations" : "sanaq.topics.requests";
        sender.send(new ProducerRecord<>(config(topic), i % 4, null, new byte[RECORD_BYTES]));
      }
    }
    try (TestProcesses processes = new TestProcesses("UnreadableFloodTest");
        KafkaS3Client client = new KafkaS3Client(services.config());
        Admin admin = Admin.create(Map.of("bootstrap.servers", services.bootstrapServers()))) {
      client.send("{\"id\":\"after\",\"prompt\":\"p\"}");
      ManagedProcess worker =
          processes.startTestMain(
              "worker",
              List.of("-Xmx200m", "-XX:+ExitOnOutOfMemoryError"),
              services.config(),
              FloodedWorker.class);
      Eventually.await("all offsets are committed, or the worker is dead", TIMEOUT)
          .until(() -> !worker.isAlive() || committed(admin) == RECORDS + 1);
      assertThat(worker.isAlive()).as("the worker runs; its output is in target/faults").isTrue();
      assertThat(client.objects()).containsKey("after/result.json");
    }
  }

  private static long committed(Admin admin) throws Exception {
    String group = config("sanaq.worker.group");
    long sum = 0;
    for (String each : List.of(group, group + "-cancellations")) {
      sum +=
          admin
              .listConsumerGroupOffsets(each)
              .partitionsToOffsetAndMetadata()
              .get()
              .values()
              .stream()
              .mapToLong(OffsetAndMetadata::offset)
              .sum();
    }
    return sum;
  }

  private static Producer<byte[], byte[]> compressingProducer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            services.bootstrapServers(),
            "compression.type",
            "zstd",
            "linger.ms",
            50,
            "batch.size",
            1_000_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static String config(String key) {
    return Objects.requireNonNull(services.config().get(key), key);
  }

  /** The main class of the process: a worker until it is killed. */
  public static final class FloodedWorker {
    private FloodedWorker() {}

    public static void main(String[] args) throws InterruptedException {
      Map<String, String> config = new TreeMap<>();
      System.getProperties().forEach((key, value) -> config.put("" + key, "" + value));
      WorkerSettings settings = TestSettings.of(config);
      // The dead letters need no more room on the test's disk than the flood.
      settings.kafka().put("compression.type", "zstd");
      WorkerRuntime.start(
          settings,
          new GradientImageGenerator(),
          Clock.systemUTC(),
          TestSettings.noTelemetry(),
          PlainWorkerChannels.of(settings));
      new CountDownLatch(1).await();
    }
  }
}
