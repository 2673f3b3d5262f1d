package dev.sanaq.gateway.pool;

import static dev.sanaq.gateway.pool.TwoModelsResource.DRAFTS;
import static dev.sanaq.gateway.pool.TwoModelsResource.FINALS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayRestart;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.deadletter.DeadLetterTopic;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.contract.TopicContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway before two models, each with real workers, topics and a consumer group of its own. */
@QuarkusTest
@QuarkusTestResource(value = TwoModelsResource.class, restrictToAnnotatedClass = true)
class ModelPoolsApiTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String GENERATIONS = "/v1/images/generations";

  private final ModelWorkers workers = new ModelWorkers();

  @TempDir private Path folder = Path.of("");

  /** Ends all jobs, so that the next test begins without backlog. */
  @AfterEach
  void finishJobs() {
    workers.start(DRAFTS);
    workers.start(FINALS);
    Eventually.await("no job is open", TIMEOUT)
        .until(() -> open(client.get("/v1/backlog").json()) == 0);
    workers.stopAll();
  }

  /** The requests of the second model; those of the first are checked as everywhere. */
  @AfterAll
  static void checkTopicsOfFinals() {
    assertThat(TopicContract.check(ModelWorkers.settings(FINALS))).isPositive();
  }

  @Test
  void jobsOfEachModel_goToItsTopicOnly_andAreGeneratedByItsWorkers() throws IOException {
    try (SanaPipeline sprint = load("tiny-sana-sprint", DRAFTS);
        SanaPipeline sana = load("tiny-sana-1.5", FINALS)) {
      workers.start(DRAFTS, sprint);
      workers.start(FINALS, sana);
      submit("default-" + id, "");
      submit("draft-" + id, DRAFTS);
      submit("final-" + id, FINALS);
      assertGenerated("default-" + id, DRAFTS, 2);
      assertGenerated("draft-" + id, DRAFTS, 2);
      assertGenerated("final-" + id, FINALS, 20);
      awaitWorkers(DRAFTS, 1);
      JsonNode listed = model(models(), FINALS);
      assertThat(listed.get("pag").asBoolean()).isTrue();
      assertThat(listed.get("steps").asInt()).isEqualTo(20);
      assertThat(model(models(), DRAFTS).get("pag").asBoolean()).isFalse();
      finishJobs();
    }
    assertThat(requestsOf(DRAFTS))
        .contains("default-" + id, "draft-" + id)
        .doesNotContain("final-" + id);
    assertThat(requestsOf(FINALS))
        .contains("final-" + id)
        .doesNotContain("default-" + id, "draft-" + id);
  }

  @Test
  void stoppedPool_doesNotBlockTheOther_andHasItsOwnBacklogAndLimit() {
    workers.start(DRAFTS);
    awaitWorkers(DRAFTS, 1);
    // Much work, whatever earlier tests have measured.
    String large =
        "{\"id\":\"final-%s\",\"prompt\":\"p\",\"model\":\"%s\",\"count\":8,\"steps\":100}";
    assertThat(client.post("/v1/jobs", large.formatted(id, FINALS)).status()).isEqualTo(202);
    awaitQueued(FINALS, 1);
    submit("draft-" + id, DRAFTS);
    client.awaitState("draft-" + id, "completed");

    JsonNode waiting = client.get("/v1/jobs/final-" + id).json();
    assertThat(waiting.get("state").asText()).isEqualTo("queued");
    assertThat(waiting.get("queuePosition").asInt()).isEqualTo(1);
    assertThat(waiting.get("workers").asInt()).isZero();
    JsonNode finals = backlog(FINALS);
    assertThat(finals.get("seconds").asDouble()).isPositive();
    assertThat(finals.get("workers").asInt()).isZero();
    Eventually.await("no draft is open", TIMEOUT).until(() -> open(backlog(DRAFTS)) == 0);
    assertThat(backlog(DRAFTS).get("seconds").asDouble()).isZero();
    JsonNode all = client.get("/v1/backlog").json();
    assertThat(all.get("queued").asInt()).isEqualTo(1);
    assertThat(all.get("workers").asInt()).isEqualTo(1);

    GatewayTestClient.ApiResponse full = client.post("/v1/jobs", request("full-" + id, FINALS));
    assertThat(full.status()).isEqualTo(429);
    assertThat(full.json().get("detail").asText())
        .contains("for the model " + FINALS, "sanaq.gateway.models.*.max-backlog");
    submit("more-" + id, DRAFTS);
    client.awaitState("more-" + id, "completed");

    workers.start(FINALS);
    client.awaitState("final-" + id, "completed");
  }

  @Test
  void openAiClientOfAStoppedPool_isAnsweredSoon() {
    workers.start(DRAFTS);
    awaitWorkers(DRAFTS, 1);
    awaitWorkers(FINALS, 0);
    GatewayTestClient.ApiResponse answer =
        client.post(GENERATIONS, "{\"prompt\":\"p\",\"model\":\"%s\"}".formatted(FINALS));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().at("/error/message").asText())
        .startsWith("No worker of the model %s is running".formatted(FINALS));
  }

  @Test
  void openAiAliases_leadToTheirModels() {
    workers.start(DRAFTS);
    workers.start(FINALS);
    awaitWorkers(DRAFTS, 1);
    awaitWorkers(FINALS, 1);
    for (Map.Entry<String, String> alias :
        Map.of("best", FINALS, "gpt-image-1", DRAFTS, FINALS, FINALS).entrySet()) {
      String key = "key-" + alias.getKey() + "-" + id;
      GatewayTestClient.ApiResponse answer =
          client.post(
              GENERATIONS,
              "{\"prompt\":\"p\",\"model\":\"%s\"}".formatted(alias.getKey()),
              "Idempotency-Key",
              key);
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      assertThat(client.get("/v1/jobs/" + key).json().get("model").asText())
          .as(alias.getKey())
          .isEqualTo(alias.getValue());
    }
  }

  @Test
  void models_listsAll_andTheAliases() {
    workers.start(FINALS);
    awaitWorkers(FINALS, 1);
    awaitWorkers(DRAFTS, 0);
    Map<String, JsonNode> models = models();
    assertThat(models).containsOnlyKeys(DRAFTS, FINALS, "gpt-image-1", "best");
    assertThat(model(models, DRAFTS).get("default").asBoolean()).isTrue();
    assertThat(model(models, DRAFTS).get("workers").asInt()).isZero();
    assertThat(model(models, DRAFTS).has("alias_of")).isFalse();
    assertThat(model(models, FINALS).get("default").asBoolean()).isFalse();
    assertThat(model(models, FINALS).get("workers").asInt()).isEqualTo(1);
    assertThat(model(models, FINALS).get("width").asInt()).isEqualTo(64);
    assertThat(model(models, "best").get("alias_of").asText()).isEqualTo(FINALS);
    assertThat(model(models, "gpt-image-1").get("alias_of").asText()).isEqualTo(DRAFTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"drafts", "best", "SPRINT"})
  void unknownModel_isRefusedBeforeItIsQueued(String model) {
    GatewayTestClient.ApiResponse answer = client.post("/v1/jobs", request(id, model));
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().get("type").asText()).isEqualTo("urn:sanaq:problem:model_not_found");
    assertThat(answer.json().get("detail").asText()).contains(model, DRAFTS + ", " + FINALS);
    assertThat(client.get("/v1/jobs/" + id).status()).isEqualTo(404);
    assertThat(client.get("/v1/backlog?model=" + model).status()).isEqualTo(404);
  }

  @Test
  void unknownModelOfOpenAi_isRefusedInItsShape() {
    GatewayTestClient.ApiResponse answer =
        client.post(GENERATIONS, "{\"prompt\":\"p\",\"model\":\"dall-e-3\"}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("model_not_found");
    assertThat(answer.json().at("/error/message").asText())
        .contains(DRAFTS + ", " + FINALS + ", gpt-image-1, best");
  }

  @Test
  void deadLetterOfAModel_isReplayedToItsTopic() {
    workers.start(DRAFTS);
    workers.start(FINALS);
    Map<String, String> config = ModelWorkers.settings(FINALS);
    try (KafkaS3Client kafka = new KafkaS3Client(config)) {
      kafka.send("{broken");
      ConsumerRecord<byte[], byte[]> letter = kafka.awaitDeadLetters(1).get(0);
      assertThat(KafkaS3Client.header(letter, "sanaq-source-topic"))
          .isEqualTo(config.get("sanaq.topics.requests"));
      DeadLetterTopic letters =
          new DeadLetterTopic(
              new KafkaClientFactory(
                  Map.of("bootstrap.servers", config.getOrDefault("kafka.bootstrap.servers", ""))),
              config.getOrDefault("sanaq.topics.dead-letters", ""));
      letters.replay(letters.read());
      ConsumerRecord<byte[], byte[]> again = kafka.awaitDeadLetters(2).get(1);
      assertThat(KafkaS3Client.header(again, "sanaq-source-topic"))
          .isEqualTo(config.get("sanaq.topics.requests"));
      assertThat(kafka.awaitQuiet().stream().filter(r -> r.topic().equals(letter.topic())))
          .as("the workers of the other model write no letter of it")
          .hasSize(2);
    }
  }

  @Test
  void jobOfAWorkerThatStops_isGeneratedByTheNextOfItsModel() {
    workers.start(DRAFTS);
    ModelWorkers.HeldGenerator held = new ModelWorkers.HeldGenerator(FINALS);
    workers.start(FINALS, held);
    submit(id, FINALS);
    client.awaitState(id, "running");
    workers.stop(FINALS, Duration.ofMillis(200));
    held.release();
    workers.start(FINALS);
    JsonNode job = client.awaitState(id, "completed");
    assertThat(job.get("model").asText()).isEqualTo(FINALS);
  }

  @Test
  void cancellation_reachesTheJob_andLeavesTheOtherPoolAlone() {
    ModelWorkers.HeldGenerator held = new ModelWorkers.HeldGenerator(DRAFTS);
    workers.start(DRAFTS, held);
    submit("draft-" + id, DRAFTS);
    submit("final-" + id, FINALS);
    client.awaitState("draft-" + id, "running");
    assertThat(client.delete("/v1/jobs/final-" + id).status()).isEqualTo(202);
    workers.start(FINALS);
    client.awaitState("final-" + id, "cancelled");
    held.release();
    client.awaitState("draft-" + id, "completed");
  }

  @Test
  void restartedGateway_knowsTheModelOfEachJob() {
    workers.start(DRAFTS);
    submit("draft-" + id, "");
    submit("final-" + id, FINALS);
    client.awaitState("draft-" + id, "completed");
    awaitQueued(FINALS, 1);

    GatewayRestart.restart(gateway);
    client.awaitReady();
    assertThat(backlog(FINALS).get("queued").asInt()).isEqualTo(1);
    assertThat(open(backlog(DRAFTS))).isZero();
    assertThat(client.get("/v1/jobs/draft-" + id).json().get("state").asText())
        .isEqualTo("completed");
    workers.start(FINALS);
    client.awaitState("final-" + id, "completed");
    Eventually.await("no job is open", TIMEOUT).until(() -> open(backlog(FINALS)) == 0);
  }

  @Test
  void metrics_areByModel() {
    submit(id, FINALS);
    awaitQueued(FINALS, 1);
    String metrics = client.get("/q/metrics").toString();
    assertThat(metrics)
        .contains("sanaq_backlog_jobs{model=\"%s\",state=\"queued\"} 1".formatted(FINALS))
        .contains("sanaq_backlog_jobs{model=\"%s\",state=\"queued\"} 0".formatted(DRAFTS))
        .contains(
            "sanaq_backlog_oldest_seconds{model=\"%s\",state=\"running\"} 0".formatted(DRAFTS))
        .contains("sanaq_job_latency_seconds_count{model=\"%s\",size=\"small\"}".formatted(FINALS))
        .contains("sanaq_backlog_seconds{model=\"%s\"}".formatted(DRAFTS))
        .doesNotContain("\nsanaq_backlog_seconds ");
  }

  private SanaPipeline load(String fixture, String model) throws IOException {
    Path link = folder.resolve(model);
    Files.createSymbolicLink(link, Fixtures.path(fixture + "/checkpoint").toAbsolutePath());
    return SanaPipeline.load(link, new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
  }

  private void submit(String job, String model) {
    GatewayTestClient.ApiResponse answer = client.post("/v1/jobs", request(job, model));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
  }

  private static String request(String job, String model) {
    return model.isEmpty()
        ? "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(job)
        : "{\"id\":\"%s\",\"prompt\":\"p\",\"model\":\"%s\"}".formatted(job, model);
  }

  private void assertGenerated(String job, String model, int steps) {
    JsonNode completed = client.awaitState(job, "completed");
    assertThat(completed.get("model").asText()).isEqualTo(model);
    assertThat(completed.at("/request/steps").asInt()).isEqualTo(steps);
  }

  private JsonNode backlog(String model) {
    return client.get("/v1/backlog?model=" + model).json();
  }

  private static int open(JsonNode backlog) {
    return backlog.get("queued").asInt() + backlog.get("running").asInt();
  }

  private void awaitQueued(String model, int count) {
    Eventually.await(count + " jobs of " + model, TIMEOUT)
        .until(() -> backlog(model).get("queued").asInt() == count);
  }

  private void awaitWorkers(String model, int count) {
    Eventually.await(count + " workers of " + model, TIMEOUT)
        .until(() -> backlog(model).get("workers").asInt() == count);
  }

  private static JsonNode model(Map<String, JsonNode> models, String name) {
    return Objects.requireNonNull(models.get(name), name);
  }

  private Map<String, JsonNode> models() {
    Map<String, JsonNode> models = new HashMap<>();
    client
        .get("/v1/models")
        .json()
        .get("data")
        .forEach(model -> models.put(model.get("id").asText(), model));
    return models;
  }

  /** The keys of all records in the model's topic. */
  private static Set<String> requestsOf(String model) {
    Map<String, String> config = ModelWorkers.settings(model);
    String topic = config.getOrDefault("sanaq.topics.requests", "");
    Set<String> keys = new TreeSet<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", config.getOrDefault("kafka.bootstrap.servers", "")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> keys.add(new String(record.key(), StandardCharsets.UTF_8)));
      }
    }
    return keys;
  }
}
