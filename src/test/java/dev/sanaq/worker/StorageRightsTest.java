package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.storage.RuleS3;
import dev.sanaq.faults.storage.RuleS3.Answer;
import dev.sanaq.faults.storage.RuleS3.Rule;
import dev.sanaq.json.Json;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A worker takes no job while the storage does not do what its work needs; the storage is a {@link
 * RuleS3}, Kafka is real.
 */
class StorageRightsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** S3's answer to the read of a missing object, if the role may not list the bucket. */
  private static final Rule WITHOUT_LIST_BUCKET =
      call -> call.is("GET") && !call.found() ? Answer.accessDenied() : Rule.NONE.answer(call);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  private final RuleS3 s3 = new RuleS3();
  private final String id = "job-" + UUID.randomUUID();
  private final String request = "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id);

  @BeforeAll
  static void start() {
    client = harness.client();
  }

  @AfterEach
  void stop() {
    harness.drainAll(Duration.ZERO);
    s3.close();
  }

  @Test
  void roleWithoutListBucket_takesNoJob_andNamesTheRight() {
    s3.setRule(WITHOUT_LIST_BUCKET);
    WorkerRuntime worker = startWorker();
    leaveAttemptOfKilledWorker();
    client.send(request);

    Eventually.await("the worker names the right", TIMEOUT)
        .untilAsserted(
            () -> assertThat(worker.notReadyReason()).hasValueSatisfying(this::namesListBucket));
    assertThat(terminalEvents()).isEmpty();
    assertThat(worker.isHealthy()).isTrue();

    s3.setRule(Rule.NONE);
    client.awaitEvent(id + "/completed");
    assertThat(worker.notReadyReason()).isEmpty();
  }

  @Test
  void rightThatIsTakenAway_jobOfKilledWorker_isNotFailed() {
    WorkerRuntime worker = startWorker();
    assertThat(worker.notReadyReason()).isEmpty();
    s3.setRule(WITHOUT_LIST_BUCKET);
    leaveAttemptOfKilledWorker();
    client.send(request);

    Eventually.await("the worker names the right", TIMEOUT)
        .untilAsserted(
            () -> assertThat(worker.notReadyReason()).hasValueSatisfying(this::namesListBucket));
    assertThat(terminalEvents()).isEmpty();

    s3.setRule(Rule.NONE);
    client.awaitEvent(id + "/completed");
    assertThat(terminalEvents()).containsExactly(id + "/completed");
  }

  @Test
  void attemptThatCannotBeReleased_keepsReadinessDown() {
    WorkerRuntime worker = startWorker();
    s3.setRule(call -> Answer.error(503, "SlowDown", ""));
    client.send(request);
    Eventually.await("the outage is noticed", TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(worker.notReadyReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("S3")));
    String attempt = "/%s/%s/attempts/1.json".formatted(harness.services().bucket(), id);
    s3.put(attempt, "[]");
    s3.setRule(Rule.NONE);
    Eventually.await("readiness stays down and names the attempt", TIMEOUT)
        .during(Duration.ofSeconds(1))
        .untilAsserted(
            () ->
                assertThat(worker.notReadyReason())
                    .hasValueSatisfying(r -> assertThat(r).contains(id + "/attempts/1.json")));

    s3.delete(attempt);
    client.awaitEvent(id + "/completed");
    assertThat(worker.notReadyReason()).isEmpty();
  }

  @Test
  void storageCheck_leavesNothingBehind() {
    startWorker();
    client.send(request);
    client.awaitEvent(id + "/completed");
    assertThat(s3.objects().keySet()).noneMatch(path -> path.contains("/.sanaq/"));
  }

  private WorkerRuntime startWorker() {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("sanaq.storage.endpoint", s3.endpoint().toString());
    overrides.put("sanaq.storage.retry-timeout", "PT1S");
    overrides.put("sanaq.worker.retry-backoff", "PT0.3S");
    return harness.startWorker(new GradientImageGenerator(), overrides);
  }

  /** A worker has counted an attempt of the request and was killed then. */
  private void leaveAttemptOfKilledWorker() {
    Attempt attempt = new Attempt(1, "killed", Instant.EPOCH, "elsewhere-0@0");
    s3.put(
        "/%s/%s/attempts/1.json".formatted(harness.services().bucket(), id),
        new String(Json.write(attempt), StandardCharsets.UTF_8));
  }

  private void namesListBucket(String reason) {
    assertThat(reason).contains("s3:ListBucket", harness.services().bucket());
  }

  private List<String> terminalEvents() {
    return client.awaitQuiet().stream()
        .map(event -> header(event, "ce_id"))
        .filter(event -> event.matches(id + "/(completed|failed|cancelled)"))
        .toList();
  }
}
