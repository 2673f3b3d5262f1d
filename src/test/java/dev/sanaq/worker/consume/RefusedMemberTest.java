package dev.sanaq.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.KafkaBroker;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members that the broker refuses for a while: the group holds one, and its right can be denied.
 */
class RefusedMemberTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  static Path folder;

  private static KafkaBroker broker;
  private static Map<String, String> config;
  private static KafkaS3Client client;

  @BeforeAll
  static void start() {
    config = new TreeMap<>(harness.services().config());
    broker = new KafkaBroker(folder, Map.of("group.consumer.max.size", "1"), config);
    config.putAll(broker.config());
    config.put("sanaq.worker.retry-backoff", "PT0.3S");
    client = new KafkaS3Client(config);
  }

  @AfterAll
  static void stop() {
    client.close();
    broker.close();
  }

  @AfterEach
  void drainAll() {
    harness.drainAll(Duration.ZERO);
  }

  @Test
  void fullGroup_workerSaysWhy_takesOverOnceGroupHasRoom() {
    long before = pollingThreads();
    WorkerRuntime first = startWorker();
    run("full-before");
    WorkerRuntime second = startWorker();
    awaitRefused(second);

    first.drain(TIMEOUT);
    run("full-after");
    assertThat(second.notReadyReason()).isEmpty();
    Eventually.await("the threads of the refused consumers end", TIMEOUT)
        .untilAsserted(() -> assertThat(pollingThreads() - before).isEqualTo(1));
  }

  @Test
  void deniedGroup_runningWorkerSaysWhy_continuesOnceAllowed() {
    WorkerRuntime worker = startWorker();
    run("denied-before");
    broker.denyGroups();
    awaitRefused(worker);

    client.send(request("denied-meanwhile"));
    broker.allowGroups();
    client.awaitEvent("denied-meanwhile/completed");
    assertThat(worker.notReadyReason()).isEmpty();
  }

  private static long pollingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("smallrye-kafka-consumer-thread"))
        .count();
  }

  private static WorkerRuntime startWorker() {
    return harness.startWorker(new GradientImageGenerator(), config);
  }

  private static void run(String job) {
    client.send(request(job));
    client.awaitEvent(job + "/completed");
  }

  private static String request(String job) {
    return "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(job);
  }

  private static void awaitRefused(WorkerRuntime worker) {
    Eventually.await("the worker says why it takes no jobs", TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(worker.notReadyReason().orElse("ready"))
                    .startsWith("the broker refuses group membership:"));
    assertThat(worker.isHealthy()).isTrue();
  }
}
