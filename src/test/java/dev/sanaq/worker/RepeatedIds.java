package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * What a worker answers where a conditional write is refused, because an id has been seen before:
 * the same request again, another one, and jobs of a worker that died. Subclasses choose the S3
 * server. No answer may need a retry by the worker, during which it reads no requests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RepeatedIds {
  private static final int JOBS = 12;
  // Each runs alone.
  private static final int KILLED_JOBS = 4;
  private static final int LARGE_IMAGE = 512;

  @RegisterExtension final WorkerHarness harness = new WorkerHarness();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Map<String, String> config = Map.of();
  private String bucket = "";

  @SuppressWarnings("NullAway.Init") // set before all
  private S3Client s3;

  @SuppressWarnings("NullAway.Init")
  private KafkaS3Client client;

  /**
   * Starts the S3 server.
   *
   * @param services the configuration of the shared services
   * @return the settings of the server that differ
   */
  abstract Map<String, String> startStorage(Map<String, String> services) throws Exception;

  @BeforeAll
  void start() throws Exception {
    config = new TreeMap<>(harness.services().config());
    config.putAll(startStorage(Map.copyOf(config)));
    bucket = harness.services().bucket();
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
    createBucket();
    client = harness.client();
    harness.startWorker(
        new GradientImageGenerator(),
        harness.settings(config),
        new WorkerTelemetry(meters, OpenTelemetry.noop()),
        UnaryOperator.identity());
  }

  @AfterEach
  void noStandstill() {
    assertThat(meters.get("sanaq.retries").tag("operation", "storage").counter().count())
        .as("retries by the worker")
        .isZero();
  }

  @AfterAll
  void stop() {
    harness.drainAll(Duration.ofSeconds(20));
    if (s3 != null) {
      s3.close();
    }
  }

  @Test
  void sameRequestAgain_publishesSameResults() {
    List<String> ids = sendAll("same", "a red apple");
    ids.forEach(id -> client.awaitEvent(id + "/completed"));
    sendAll("same", "a red apple");
    client.await(
        records -> ids.stream().allMatch(id -> withId(records, id + "/completed").size() == 2));
    for (String id : ids) {
      List<JsonNode> events =
          withId(client.await(records -> true), id + "/completed").stream()
              .map(RepeatedIds::key)
              .toList();
      assertThat(events.get(1)).isEqualTo(events.get(0));
    }
  }

  @Test
  void otherRequestWithUsedId_isConflict() {
    sendAll("other", "a red apple").forEach(id -> client.awaitEvent(id + "/completed"));
    for (String id : sendAll("other", "a green apple")) {
      assertThat(error(client.awaitEvent(id + "/failed"))).isEqualTo("id_conflict");
    }
  }

  @Test
  void killedWorker_beforeImages_jobsRunAgain() {
    AttemptStore attempts = new AttemptStore(s3, new OutputLocation(bucket, ""));
    long first = client.send(request("first", "a red apple")) + 1;
    for (int i = 0; i < KILLED_JOBS; i++) {
      String source = "%s-0@%s".formatted(harness.services().requestsTopic(), first + i);
      attempts.tryCreateFirst("killed-" + i, new Attempt(1, "killed", Instant.EPOCH, source));
    }
    List<String> ids = IntStream.range(0, KILLED_JOBS).mapToObj(i -> "killed-" + i).toList();
    sendAll(ids, "a red apple");
    ids.forEach(id -> client.awaitEvent(id + "/completed"));
    for (int i = 0; i < KILLED_JOBS; i++) {
      assertThat(attempts.list("killed-" + i)).hasSize(2);
    }
  }

  @Test
  void killedWorker_afterImages_jobsKeepTheirImages() {
    List<String> ids = sendAll("stored", "a red apple");
    ids.forEach(id -> client.awaitEvent(id + "/completed"));
    ids.forEach(id -> s3.deleteObject(delete -> delete.bucket(bucket).key(id + "/result.json")));
    sendAll("stored", "a red apple");
    client.await(
        records -> ids.stream().allMatch(id -> withId(records, id + "/completed").size() == 2));
    assertThat(ids)
        .allSatisfy(
            id -> assertThat(withId(client.await(records -> true), id + "/failed")).isEmpty());
  }

  private void createBucket() {
    try {
      s3.createBucket(create -> create.bucket(bucket));
    } catch (BucketAlreadyOwnedByYouException e) {
      // One of the shared services.
      return;
    }
  }

  private List<String> sendAll(String name, String prompt) {
    List<String> ids = IntStream.range(0, JOBS).mapToObj(i -> name + "-" + i).toList();
    sendAll(ids, prompt);
    return ids;
  }

  private void sendAll(List<String> ids, String prompt) {
    ids.forEach(id -> client.send(request(id, prompt)));
  }

  private static String request(String id, String prompt) {
    return "{\"id\":\"%s\",\"prompt\":\"%s\",\"seed\":7,\"width\":%s,\"height\":%s}"
        .formatted(id, prompt, LARGE_IMAGE, LARGE_IMAGE);
  }

  private static List<ConsumerRecord<byte[], byte[]>> withId(
      List<ConsumerRecord<byte[], byte[]>> records, String eventId) {
    return records.stream().filter(record -> header(record, "ce_id").equals(eventId)).toList();
  }

  private static JsonNode key(ConsumerRecord<byte[], byte[]> event) {
    return KafkaS3Client.json(event).get("images").get(0).get("key");
  }

  private static String error(ConsumerRecord<byte[], byte[]> event) {
    return KafkaS3Client.json(event).get("error").get("code").asText();
  }
}
