package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.Sha256;
import dev.sanaq.local.LocalServices;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient.ApiResponse;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.webhook.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The native executable as a gateway and as a worker, with a real Kafka and a real S3. */
class NativeServeIT {
  private static final byte[] KEY =
      Base64.getDecoder().decode(WebhookSettings.SECRET.replace("whsec_", ""));

  private static TestReceiver receiver;
  private static LocalServices services;
  private static NativeService service;
  private static NativeService.Instance gateway;
  private static NativeService.Instance worker;
  private static KafkaS3Client client;

  @BeforeAll
  static void start() {
    NativeExecutable executable = NativeExecutable.find();
    receiver = new TestReceiver(TestReceiver.status(204));
    services = LocalServices.startTemporary();
    service = new NativeService(executable, "native-serve", services.config());
    Map<String, String> urls =
        Map.of(
            "sanaq.webhook.allow-http", "true",
            "sanaq.webhook.ports", String.valueOf(receiver.port()),
            "sanaq.webhook.allowed-hosts", "127.0.0.0/8");
    Map<String, String> webhooks = new TreeMap<>(urls);
    webhooks.put("sanaq.webhook.secrets", WebhookSettings.SECRET);
    gateway = service.startGateway(webhooks);
    worker = service.startWorker(urls);
    client = new KafkaS3Client(services.config());
  }

  @AfterAll
  static void close() {
    if (client != null) {
      client.close();
    }
    if (service != null) {
      service.close();
    }
    if (services != null) {
      services.close();
    }
    if (receiver != null) {
      receiver.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/q/health",
        "/q/health/live",
        "/q/metrics",
        "/q/openapi",
        "/",
        "/playground/main.js",
        "/v1/backlog",
        "/v1/jobs"
      })
  void gateway_answers(String path) {
    ApiResponse response = gateway.http().get(path);
    assertThat(response.status()).as(response.toString()).isEqualTo(200);
    assertThat(response.response().body()).isNotEmpty();
  }

  @Test
  void badRequest_isProblemWithFields() {
    ApiResponse response = gateway.http().post("/v1/jobs", "{\"prompt\":\"\",\"steps\":-1}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("content-type")).isEqualTo("application/problem+json");
    assertThat(response.toString()).contains("prompt", "steps");
  }

  @ParameterizedTest
  @CsvSource({"png, image/png", "jpeg, image/jpeg", "webp, image/webp"})
  void job_isImageOnS3_andEvent(String format, String type) {
    String id = "n-" + format;
    submit(id, "\"seed\":7,\"format\":\"%s\"".formatted(format));
    ConsumerRecord<byte[], byte[]> event = client.awaitEvent(id + "/completed");
    gateway.http().awaitState(id, "completed");
    ApiResponse image = gateway.http().get("/v1/jobs/%s/images/0".formatted(id));
    assertThat(image.status()).isEqualTo(200);
    assertThat(image.header("content-type")).isEqualTo(type);
    byte[] bytes = image.response().body();
    assertThat(KafkaS3Client.json(event).toString()).contains(Sha256.hex(bytes));
    assertThat(client.objects().values()).anyMatch(object -> Arrays.equals(object, bytes));
  }

  @Test
  void workersModel_isListed() {
    Eventually.await("the worker's status", NativeService.TIMEOUT)
        .until(() -> gateway.http().get("/v1/models").toString().contains("sanaq-emoji"));
  }

  @Test
  void eventStream_endsWithTerminalEvent() {
    submit("n-stream", "\"seed\":1");
    try (var lines = gateway.http().stream("/v1/jobs/n-stream/events")) {
      assertThat(lines.toList()).anyMatch(line -> line.contains("completed"));
    }
  }

  @Test
  void runningJob_isCancelled() {
    submit("n-cancel", "\"steps\":100,\"count\":4");
    assertThat(gateway.http().delete("/v1/jobs/n-cancel").status()).isBetween(200, 202);
    client.awaitEvent("n-cancel/cancelled");
    gateway.http().awaitState("n-cancel", "cancelled");
  }

  @Test
  void openAiRequest_returnsImage() {
    JsonNode data =
        gateway
            .http()
            .post(
                "/v1/images/generations",
                "{\"prompt\":\"a pear\",\"response_format\":\"b64_json\"}")
            .json()
            .get("data");
    assertThat(Base64.getDecoder().decode(data.get(0).get("b64_json").asText()))
        .startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void webhook_isSigned() throws Exception {
    submit("n-hook", "\"callbackUrl\":\"%s\"".formatted(receiver.url()));
    client.awaitEvent("n-hook/completed");
    Eventually.await("the webhook", NativeService.TIMEOUT)
        .until(() -> !receiver.received().isEmpty());
    TestReceiver.Received hook = receiver.received().get(0);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
    String signed = "%s.%s.%s".formatted(hook.id(), hook.timestamp(), hook.body());
    String expected =
        Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    assertThat(hook.signature()).isEqualTo("v1," + expected);
    assertThat(hook.body()).contains("n-hook", "completed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void compressedRecord_isRead(String codec) throws Exception {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            services.config().get("kafka.bootstrap.servers"),
            "compression.type",
            codec);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      String value =
          "{\"id\":\"n-%s\",\"prompt\":\"%s\"}".formatted(codec, "a red apple ".repeat(20));
      producer.send(new ProducerRecord<>("sanaq.requests", "n-" + codec, value)).get();
    }
    client.awaitEvent("n-%s/completed".formatted(codec));
    gateway.http().awaitState("n-" + codec, "completed");
  }

  @Test
  void unreadableRecord_isDeadLetter() {
    client.send("no JSON");
    assertThat(client.awaitDeadLetters(1).get(0).value())
        .isEqualTo("no JSON".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void workersMetrics_countJobs() {
    submit("n-metrics", "\"seed\":1");
    client.awaitEvent("n-metrics/completed");
    assertThat(worker.http().get("/q/metrics").toString()).contains("sanaq_jobs_total{");
  }

  @Test
  void sigterm_endsWithZero() {
    NativeService.Instance second = service.startGateway(Map.of());
    NativeService.Instance secondWorker = service.startWorker(Map.of());
    second.process().terminate();
    secondWorker.process().terminate();
    assertThat(second.process().exitCode(NativeService.TIMEOUT)).isZero();
    assertThat(secondWorker.process().exitCode(NativeService.TIMEOUT))
        .as(secondWorker.process().output())
        .isZero();
  }

  /** Sends a request and waits until the gateway has read it back. */
  private static void submit(String id, String fields) {
    ApiResponse response =
        gateway
            .http()
            .post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"a pear\",%s}".formatted(id, fields));
    assertThat(response.status()).as(response.toString()).isEqualTo(202);
    gateway.http().awaitJob(id, job -> true);
  }
}
