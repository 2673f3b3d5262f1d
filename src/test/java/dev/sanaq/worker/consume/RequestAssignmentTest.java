package dev.sanaq.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.worker.WorkerHarness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the workers of a group share the partitions of requests, and nothing else. */
class RequestAssignmentTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @Test
  void secondWorker_getsHalfOfTheRequestPartitions() {
    harness.startWorker(new GradientImageGenerator(), Map.of());
    harness.startWorker(new GradientImageGenerator(), Map.of());

    List<List<TopicPartition>> assignments;
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", harness.services().bootstrapServers()))) {
      assignments =
          Eventually.await("both workers have partitions", TIMEOUT)
              .ignoreExceptions()
              .until(
                  () -> assignments(admin),
                  all -> all.size() == 2 && all.stream().noneMatch(List::isEmpty));
    }

    assertThat(assignments)
        .allSatisfy(
            partitions ->
                assertThat(partitions)
                    .hasSize(2)
                    .extracting(TopicPartition::topic)
                    .containsOnly(harness.services().requestsTopic()));
  }

  private static List<List<TopicPartition>> assignments(Admin admin)
      throws ExecutionException, InterruptedException {
    String group = harness.services().config().getOrDefault("sanaq.worker.group", "");
    return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
        .flatMap(description -> description.members().stream())
        .map(MemberDescription::assignment)
        .map(assignment -> List.copyOf(assignment.topicPartitions()))
        .toList();
  }
}
