package dev.sanaq.worker.consume;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The consumer group's offsets are lost, as when an idle group's offsets expire. */
class LostOffsetsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);
  private static final List<String> JOBS =
      List.of("completed", "large", "late", "wrong", "cancelled", "torn");

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  private final GradientImageGenerator generator =
      new GradientImageGenerator() {
        @Override
        public GenerationResult generate(GenerationParams params, ProgressListener progress) {
          if (params.prompt().equals("large")) {
            throw new DeviceMemoryException("8 GiB", new IllegalStateException());
          }
          return super.generate(params, progress);
        }
      };

  @BeforeAll
  static void start() {
    client = harness.client();
  }

  @AfterEach
  void drainAll() {
    harness.drainAll(SHUTDOWN_TIMEOUT);
  }

  @Test
  void lostOffsets_repeatEveryTerminalEvent_andRunNothing() throws Exception {
    client.cancel("cancelled", "too dear");
    WorkerRuntime worker = harness.startWorker(generator, Map.of());
    client.send("{\"id\":\"completed\",\"prompt\":\"p\"}");
    client.send("{\"id\":\"large\",\"prompt\":\"large\"}");
    client.send("{\"id\":\"late\",\"prompt\":\"p\",\"deadline\":\"2020-01-01T00:00:00Z\"}");
    client.send("{\"id\":\"wrong\",\"prompt\":\"p\",\"steps\":0}");
    client.send("{\"id\":\"cancelled\",\"prompt\":\"p\"}");
    client.send("{\"id\":\"torn\",\"prompt\":");
    List<String> before = awaitTerminalEvents(1);
    int generated = generator.generationCount();
    worker.drain(SHUTDOWN_TIMEOUT);
    deleteGroup();
    harness.startWorker(generator, Map.of("sanaq.worker.cancellation-retention", "PT0.001S"));
    awaitTerminalEvents(2);
    List<String> all = terminalEvents(client.awaitQuiet());
    assertThat(all).as("each end twice").hasSize(12);
    assertThat(all.stream().distinct().toList()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(generator.generationCount()).as("no job ran again").isEqualTo(generated);

    client.send("{\"id\":\"large\",\"prompt\":\"large\"}");
    client.send("{\"id\":\"late\",\"prompt\":\"p\"}");
    client.send("{\"id\":\"cancelled\",\"prompt\":\"p\"}");
    client.await(records -> terminalEvents(records).size() == 15);
    List<String> resent = terminalEvents(client.awaitQuiet()).subList(12, 15);
    assertThat(resent).anyMatch(event -> event.startsWith("large failed"));
    assertThat(resent).contains("late completed late/completed");
    assertThat(resent).contains("cancelled completed cancelled/completed");
    assertThat(all).as("a later end has an id of its own").doesNotContainAnyElementsOf(resent);
  }

  @Test
  void newGroup_commitsItsPlace_whereThereIsNothingToRead() throws Exception {
    TopicPartition deleted = new TopicPartition(harness.services().requestsTopic(), 2);
    client.sendTo(2, "{\"id\":\"old-1\",\"prompt\":\"p\"}");
    client.sendTo(2, "{\"id\":\"old-2\",\"prompt\":\"p\"}");
    try (Admin admin = admin()) {
      admin.deleteRecords(Map.of(deleted, RecordsToDelete.beforeOffset(-1))).all().get();
      long logStart = 2;
      harness.startWorker(generator, Map.of());
      Eventually.await("every partition has a committed offset", TIMEOUT)
          .until(() -> committed(admin), offsets -> offsets.size() == partitionCount(admin));
      assertThat(committed(admin))
          .hasEntrySatisfying(
              deleted, place -> assertThat(place.offset()).isGreaterThanOrEqualTo(logStart));
    }
  }

  private static List<String> awaitTerminalEvents(int times) {
    client.await(records -> terminalEvents(records).size() >= JOBS.size() * times);
    return terminalEvents(client.awaitQuiet());
  }

  /** The terminal events as job, end and event id. */
  private static List<String> terminalEvents(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .filter(r -> header(r, "ce_type").matches(".*[.](completed|failed|cancelled)[.]v1"))
        .map(
            r ->
                "%s %s %s"
                    .formatted(
                        header(r, "ce_subject"),
                        header(r, "ce_type").split("[.]")[3],
                        header(r, "ce_id")))
        .toList();
  }

  private static void deleteGroup() throws Exception {
    try (Admin admin = admin()) {
      admin.deleteConsumerGroups(List.of(group())).all().get();
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin) {
    try {
      return admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata(group()).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static int partitionCount(Admin admin) {
    try {
      String topic = harness.services().requestsTopic();
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .values()
          .iterator()
          .next()
          .partitions()
          .size();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static String group() {
    return harness.services().config().getOrDefault("sanaq.worker.group", "");
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", harness.services().bootstrapServers()));
  }
}
