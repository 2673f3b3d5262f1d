package dev.sanaq.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.local.LocalServices;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.upgrade.OldData.OldRecord;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.webhook.WebhookSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upgrade: this version starts with the topics, the group's offsets and the bucket of an older
 * one. A rollback: what this version writes has every field of what the older one wrote, which
 * ignores others.
 */
class UpgradeIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static TestReceiver receiver;
  private static LocalServices services;
  private static TestProcesses processes;
  private static KafkaS3Client client;
  private static GatewayTestClient gateway;
  private static Map<String, String> config;

  @BeforeAll
  static void start() {
    receiver = new TestReceiver(TestReceiver.status(204));
    services = LocalServices.startTemporary();
    config = new TreeMap<>(services.config());
    client = new KafkaS3Client(config);
    OldData.restore(
        Objects.requireNonNull(config.get("kafka.bootstrap.servers")),
        client.s3(),
        "sanaq",
        receiver.port());
    processes = new TestProcesses("upgrade");
    int port = TestProcesses.freePort();
    Map<String, String> settings = new TreeMap<>(config);
    settings.put("quarkus.http.port", String.valueOf(port));
    settings.put("sanaq.model.path", "src/main/resources/checkpoints/sanaq-emoji");
    settings.put("sanaq.webhook.secrets", WebhookSettings.SECRET);
    settings.put("sanaq.webhook.allow-http", "true");
    settings.put("sanaq.webhook.ports", "45871," + receiver.port());
    settings.put("sanaq.webhook.allowed-hosts", "127.0.0.0/8");
    ManagedProcess process =
        processes.startProgram("serve", List.of("-XX:TieredStopAtLevel=1"), settings, "serve");
    process.awaitReady(port, TIMEOUT);
    gateway = new GatewayTestClient(URI.create("http://127.0.0.1:" + port));
  }

  @AfterAll
  static void close() {
    for (AutoCloseable one : new AutoCloseable[] {processes, client, services, receiver}) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "old-done, completed",
    "old-hook, completed",
    "old-event, completed",
    "old-failed, failed",
    "old-cancelled, cancelled"
  })
  void endedJob_isInJobView(String id, String state) {
    JsonNode job = gateway.awaitState(id, state);
    assertThat(job.get("id").asText()).isEqualTo(id);
    if (state.equals("completed")) {
      String key = job.at("/images/0/key").asText();
      byte[] image = gateway.get("/v1/jobs/%s/images/0".formatted(id)).response().body();
      assertThat(image).isEqualTo(OldData.objects().get(key)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"old-waiting, completed", "old-plain, completed", "old-unwanted, cancelled"})
  void waitingRequest_runs(String id, String state) {
    client.awaitEvent(id + "/" + state);
    gateway.awaitState(id, state);
  }

  /** The offsets of the old workers hold: what had ended does not end again. */
  @Test
  void everyJob_endsOnce() {
    for (String id : List.of("old-waiting", "old-plain", "old-unwanted")) {
      gateway.awaitJob(id, job -> job.get("state").asText().matches("completed|cancelled"));
    }
    Map<String, Integer> ends = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> event : client.awaitQuiet()) {
      String name = KafkaS3Client.eventName(event);
      if (name.matches("old-.*/(completed|failed|cancelled)") && !name.startsWith("old-done")) {
        ends.merge(name, 1, Integer::sum);
      }
    }
    assertThat(ends).hasSize(7).allSatisfy((name, count) -> assertThat(count).isEqualTo(1));
  }

  @Test
  void repeatedRequest_hasResultOfOldVersion() {
    OldRecord request =
        OldData.records("sanaq.requests").stream()
            .filter(record -> record.key().equals("old-done"))
            .findFirst()
            .orElseThrow();
    client.send(request.value());
    client.await(records -> completedEvents("old-done").size() == 2);
    JsonNode before = KafkaS3Client.json(completedEvents("old-done").get(0));
    JsonNode again = KafkaS3Client.json(completedEvents("old-done").get(1));
    assertThat(again.get("request")).isEqualTo(before.get("request"));
    assertThat(again.at("/images/0/sha256")).isEqualTo(before.at("/images/0/sha256"));
    Map<String, byte[]> objects = client.objects();
    OldData.objects()
        .forEach((key, bytes) -> assertThat(objects.get(key)).as(key).isEqualTo(bytes));
  }

  @Test
  void pendingWebhook_isSent_deliveredOneIsNot() {
    Eventually.await("the webhook", TIMEOUT).until(() -> ids().contains("old-hook/completed"));
    assertThat(ids()).containsOnlyOnce("old-hook/completed").doesNotContain("old-done/completed");
    assertThat(gateway.get("/v1/jobs/old-done/deliveries").toString()).contains("delivered");
  }

  @Test
  void deadLetter_isReplayed() {
    ManagedProcess replay =
        processes.startProgram(
            "replay", TestProcesses.SHORT_LIVED, config, "dead-letters", "replay", "--all");
    assertThat(replay.exitCode(TIMEOUT)).as(replay.output()).isZero();
    assertThat(replay.output()).contains("1 sent");
    List<ConsumerRecord<byte[], byte[]>> letters = client.awaitDeadLetters(2);
    assertThat(letters)
        .allSatisfy(
            letter -> {
              assertThat(new String(letter.value(), StandardCharsets.UTF_8)).isEqualTo("no JSON");
              assertThat(KafkaS3Client.header(letter, "note")).isEqualTo("from a client");
              assertThat(KafkaS3Client.header(letter, "sanaq-source-topic"))
                  .isEqualTo("sanaq.requests");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"started", "completed", "failed", "cancelled"})
  void newEvent_hasEveryFieldOfOld(String type) {
    String name = "dev.sanaq.job.%s.v1".formatted(type);
    client.send(
        "{\"id\":\"new-%s\",\"prompt\":\"a pear\",\"steps\":%s}"
            .formatted(type, type.equals("failed") ? "-1" : "2"));
    if (type.equals("cancelled")) {
      client.awaitEvent("old-unwanted/cancelled");
    } else {
      client.awaitEvent("new-%s/%s".formatted(type, type.equals("failed") ? type : "completed"));
    }
    List<OldRecord> old =
        OldData.records("sanaq.events").stream()
            .filter(event -> event.header("ce_type").equals(name))
            .toList();
    List<ConsumerRecord<byte[], byte[]>> added =
        client.events(name).stream()
            .filter(event -> old.stream().noneMatch(before -> isSame(before, event)))
            .toList();
    assertThat(old).isNotEmpty();
    assertThat(added).isNotEmpty();
    assertThat(KafkaS3Client.header(added.get(0), "ce_subject")).isNotEmpty();
    Map<String, String> headers = old.get(0).headers();
    for (String header : headers.keySet()) {
      if (header.startsWith("ce_")) {
        assertThat(KafkaS3Client.header(added.get(0), header)).as(header).isNotEmpty();
      }
    }
    // The first of each: a job of defaults without a callback.
    assertThat(JsonShape.of(KafkaS3Client.json(added.get(0))))
        .containsAllEntriesOf(JsonShape.of(plain(old).json()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"result.json", "attempts/1.json"})
  void newObject_hasEveryFieldOfOld(String name) {
    client.awaitEvent("old-waiting/completed");
    JsonNode old =
        KafkaS3Client.json(Objects.requireNonNull(OldData.objects().get("old-event/" + name)));
    JsonNode added =
        KafkaS3Client.json(Objects.requireNonNull(client.objects().get("old-waiting/" + name)));
    assertThat(JsonShape.of(added)).containsAllEntriesOf(JsonShape.of(old));
  }

  private static OldRecord plain(List<OldRecord> old) {
    return old.stream()
        .filter(event -> event.header("sanaq-callback-url").isEmpty())
        .findFirst()
        .orElseThrow();
  }

  private static boolean isSame(OldRecord before, ConsumerRecord<byte[], byte[]> event) {
    return before.header("ce_id").equals(KafkaS3Client.header(event, "ce_id"));
  }

  private static List<ConsumerRecord<byte[], byte[]>> completedEvents(String id) {
    return client.events("dev.sanaq.job.completed.v1").stream()
        .filter(event -> KafkaS3Client.header(event, "ce_subject").equals(id))
        .toList();
  }

  private static List<String> ids() {
    return new ArrayList<>(receiver.received().stream().map(TestReceiver.Received::id).toList());
  }
}
