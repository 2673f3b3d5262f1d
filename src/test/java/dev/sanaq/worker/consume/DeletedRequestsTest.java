package dev.sanaq.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that retention deletes before a worker has read them. */
class DeletedRequestsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(20);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @AfterEach
  void drainAll() {
    harness.drainAll(SHUTDOWN_TIMEOUT);
  }

  /** Else KEDA would start workers for nothing, for ever. */
  @Test
  void requestsDeletedBeforeTheyWereRead_leaveNoLag() throws Exception {
    WorkerRuntime worker = harness.startWorker(new GradientImageGenerator(), Map.of());
    harness.client().sendTo(1, "{\"id\":\"read\",\"prompt\":\"p\"}");
    harness.client().awaitEvent("read/completed");
    worker.drain(SHUTDOWN_TIMEOUT);
    harness.client().sendTo(1, "{\"id\":\"unread-1\",\"prompt\":\"p\"}");
    harness.client().sendTo(1, "{\"id\":\"unread-2\",\"prompt\":\"p\"}");
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", harness.services().bootstrapServers()))) {
      TopicPartition partition = new TopicPartition(harness.services().requestsTopic(), 1);
      OffsetAndMetadata before = committed(admin, partition);

      long end =
          Objects.requireNonNull(
                  admin
                      .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                      .lowWatermarks()
                      .get(partition))
              .get()
              .lowWatermark();
      assertThat(before.offset()).isEqualTo(end - 2);
      harness.startWorker(new GradientImageGenerator(), Map.of());
      Eventually.await("the deleted requests are no lag", TIMEOUT)
          .until(() -> committed(admin, partition), now -> now.offset() == end);
      harness.client().sendTo(1, "{\"id\":\"next\",\"prompt\":\"p\"}");
      harness.client().awaitEvent("next/completed");
    }
  }

  private static OffsetAndMetadata committed(Admin admin, TopicPartition partition) {
    String group = harness.services().config().getOrDefault("sanaq.worker.group", "");
    try {
      return Objects.requireNonNull(
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata(group)
              .get()
              .get(partition));
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
