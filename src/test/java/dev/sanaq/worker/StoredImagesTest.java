package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.xmp.XmpDirectory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.image.PngTextReader;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Images in a real S3, and at the upload URLs of requests on a real HTTP server. */
class StoredImagesTest {
  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;
  private static HttpServer receiver;

  /** A bucket of a client's, which the worker reaches by upload URLs only. */
  private static String clientBucket = "";

  private static S3Presigner presigner;

  private static final GradientImageGenerator GENERATOR = new GradientImageGenerator();

  private static final String TRAINED =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

  /** Longer than the worker waits for the response to an upload. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** The statuses of the receiver's next responses; 200 after them. */
  private static final ConcurrentLinkedQueue<Integer> STATUSES = new ConcurrentLinkedQueue<>();

  private final String id = "job-" + UUID.randomUUID();
  private final String secret = UUID.randomUUID().toString();

  @BeforeAll
  static void start() throws IOException {
    client = harness.client();
    clientBucket = harness.services().bucket() + "-client";
    client.s3().createBucket(bucket -> bucket.bucket(clientBucket));
    receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
    receiver.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            if (!exchange.getRequestURI().getPath().equals("/silent")) {
              Integer status = STATUSES.poll();
              if (exchange.getRequestURI().getPath().equals("/later")) {
                exchange.getResponseHeaders().set("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT");
              }
              exchange.sendResponseHeaders(status == null ? 200 : status, -1);
            } else {
              Pause.of(SILENCE);
            }
          }
        });
    receiver.setExecutor(Executors.newCachedThreadPool());
    receiver.start();
    Map<String, String> services = harness.services().config();
    int s3 = URI.create(services.get("sanaq.storage.endpoint")).getPort();
    Map<String, String> config = new HashMap<>();
    config.put("sanaq.upload.allow-http", "true");
    config.put("sanaq.upload.ports", s3 + "," + receiver.getAddress().getPort());
    config.put("sanaq.upload.allowed-hosts", "127.0.0.1,localhost");
    config.put("sanaq.upload.attempt-timeout", "PT4S");
    config.put("sanaq.upload.retry-timeout", "PT15S");
    config.put("sanaq.worker.batch-size", "2");
    presigner = KafkaS3Client.presigner(services);
    harness.startWorker(GENERATOR, config);
  }

  @AfterAll
  static void stop() {
    harness.drainAll(Duration.ofSeconds(5));
    presigner.close();
    receiver.stop(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp"})
  void image_isStoredInRequestedFormat(String format) throws Exception {
    JsonNode event =
        sendAndAwaitCompleted("{\"id\":\"%s\",\"prompt\":\"p\",\"format\":\"%s\"}", id, format);
    JsonNode image = event.get("images").get(0);
    String key = image.get("key").asText();
    assertThat(key).endsWith("/0." + format);
    assertThat(image.get("format").asText()).isEqualTo(format);
    assertThat(
            client
                .s3()
                .headObject(head -> head.bucket(harness.services().bucket()).key(key))
                .contentType())
        .isEqualTo("image/" + format);
    byte[] file = object(harness.services().bucket(), key);
    assertThat(Sha256.hex(file)).isEqualTo(image.get("sha256").asText());
    assertThat(TestImages.read(new ByteArrayInputStream(file)).width()).isEqualTo(64);
    XmpDirectory xmp =
        ImageMetadataReader.readMetadata(new ByteArrayInputStream(file))
            .getFirstDirectoryOfType(XmpDirectory.class);
    assertThat(xmp.getXmpProperties())
        .containsEntry("Iptc4xmpExt:DigitalSourceType", TRAINED)
        .containsEntry("Iptc4xmpExt:AISystemUsed", "gradient")
        .containsEntry("xmp:CreatorTool", "sanaq");
    assertThat(event.get("request").path("quality").asInt(-1))
        .isEqualTo(format.equals("png") ? -1 : 90);
  }

  @Test
  void pngMetadata_reproducesImage() throws IOException {
    JsonNode image =
        sendAndAwaitCompleted(
                "{\"id\":\"%s\",\"prompt\":\"яблоко, 1: \\\"a\\\"\",\"negativePrompt\":\"worm\","
                    + "\"seed\":7,\"count\":2,\"width\":96,\"steps\":3,\"metadata\":{\"who\":\"me\"}}",
                id)
            .get("images")
            .get(1);
    byte[] png = object(harness.services().bucket(), image.get("key").asText());
    Map<String, String> texts = PngTextReader.read(png);
    assertThat(texts.get("parameters"))
        .isEqualTo(
            "яблоко, 1: \"a\"\nNegative prompt: worm\nSteps: 3, Sampler: flow-dpm, CFG scale: 4.5,"
                + " Seed: 8, Size: 96x64, Model: gradient, Version: sanaq");
    assertThat(texts.get("sanaq")).doesNotContain("metadata", id);

    ObjectNode again =
        (ObjectNode) json(texts.getOrDefault("sanaq", "").getBytes(StandardCharsets.UTF_8));
    JsonNode regenerated =
        sendAndAwaitCompleted(again.put("id", id + "-again").toString()).get("images").get(0);
    assertThat(regenerated.get("sha256")).isEqualTo(image.get("sha256"));
  }

  @Test
  void uploadUrl_receivesImage_secretsAreNotLeaked() {
    LogLines log = new LogLines();
    List<String> urls = List.of(presignedUrl(id + "/a.png"), presignedUrl(id + "/b.png"));
    JsonNode event =
        sendAndAwaitCompleted(
            "{\"id\":\"%s\",\"prompt\":\"p\",\"count\":2,\"output\":{\"uploadUrls\":[\"%s\",\"%s\"]}}",
            id, urls.get(0), urls.get(1));
    assertThat(Sha256.hex(object(clientBucket, id + "/b.png")))
        .isEqualTo(event.get("images").get(1).get("sha256").asText());
    assertThat(client.s3().headObject(h -> h.bucket(clientBucket).key(id + "/a.png")).contentType())
        .isEqualTo("image/png");
    assertThat(event.get("request").get("output").get("uploadUrls").get(0).asText())
        .isEqualTo(urls.get(0).substring(0, urls.get(0).indexOf('?')));
    assertNotLeaked(urls.get(0).replaceFirst(".*X-Amz-Signature=([0-9a-f]+).*", "$1"), log);
  }

  @Test
  void failedUpload_isRetried() {
    STATUSES.addAll(List.of(503, 429));
    sendAndAwaitCompleted(uploadTo("/x"));
    assertThat(STATUSES).isEmpty();
  }

  @Test
  void rejectedUpload_failsJob_resignedUrlSucceeds() {
    LogLines log = new LogLines();
    STATUSES.add(403);
    JsonNode error = sendAndAwaitFailed(uploadTo("/y"));
    assertThat(error.get("code").asText()).isEqualTo("storage_failed");
    assertThat(error.get("message").asText()).contains("/y failed: answer 403");
    assertThat(client.objects()).doesNotContainKey(id + "/result.json");
    sendAndAwaitCompleted(uploadTo("/y?other=1"));
    assertNotLeaked(secret, log);
  }

  @Test
  void retryAfterInTheYear9999_isStorageFailed() {
    STATUSES.add(503);
    JsonNode error = sendAndAwaitFailed(uploadTo("/later"));
    assertThat(error.get("code").asText()).isEqualTo("storage_failed");
    assertThat(error.get("message").asText()).contains("/later failed: answer 503");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://[::1]:PORT/", "http://10.0.0.1:PORT/", "http://other.example:1/"})
  void uploadUrlThatMayNotBeCalled_isRefusedBeforeGeneration(String url) {
    int generated = GENERATOR.generationCount();
    String port = String.valueOf(receiver.getAddress().getPort());
    String request =
        "{\"id\":\"%s\",\"prompt\":\"p\",\"output\":{\"uploadUrls\":[\"%s?%s\"]}}"
            .formatted(id, url.replace("PORT", port), secret);
    JsonNode error = sendAndAwaitFailed(request);
    assertThat(error.get("code").asText()).isEqualTo("invalid_request");
    assertThat(error.get("retryable").asBoolean()).isFalse();
    assertThat(error.get("fields").get(0).get("field").asText()).isEqualTo("output.uploadUrls");
    assertThat(error.toString()).contains("sanaq.upload.").doesNotContain(secret);
    assertThat(GENERATOR.generationCount()).isEqualTo(generated);
    assertThat(client.objects().keySet())
        .filteredOn(key -> key.startsWith(id + "/"))
        .as("its outcome alone is stored")
        .containsExactly(id + "/attempts/1.json");
  }

  @Tag("slow") // waits for the retry timeout of an upload, 15 s
  @Test
  void unresponsiveUpload_timesOut_withoutBlockingOthers() {
    client.send(uploadTo("/silent"));
    for (int i = 0; i < 5; i++) {
      sendAndAwaitCompleted("{\"id\":\"%s-%s\",\"prompt\":\"p\"}", id, i);
    }
    assertThat(client.events("dev.sanaq.job.failed.v1"))
        .noneMatch(event -> json(event).get("id").asText().equals(id));
    assertThat(json(client.awaitEvent(id + "/failed")).get("error").get("message").asText())
        .contains("no answer in time");
  }

  private String uploadTo(String path) {
    String url =
        "http://127.0.0.1:%s%s%ssecret=%s"
            .formatted(
                receiver.getAddress().getPort(), path, path.contains("?") ? "&" : "?", secret);
    return "{\"id\":\"%s\",\"prompt\":\"p\",\"output\":{\"uploadUrls\":[\"%s\"]}}"
        .formatted(id, url);
  }

  private static byte[] object(String bucket, String key) {
    return client.s3().getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
  }

  private static String presignedUrl(String key) {
    return presigner
        .presignPutObject(
            sign ->
                sign.signatureDuration(Duration.ofMinutes(5))
                    .putObjectRequest(
                        put -> put.bucket(clientBucket).key(key).contentType("image/png")))
        .url()
        .toString();
  }

  private static JsonNode sendAndAwaitCompleted(String request, Object... parts) {
    return sendAndAwait(parts.length == 0 ? request : request.formatted(parts), "completed");
  }

  private static JsonNode sendAndAwaitFailed(String request) {
    return sendAndAwait(request, "failed").get("error");
  }

  private static JsonNode sendAndAwait(String request, String how) {
    client.send(request);
    String job = json(request.getBytes(StandardCharsets.UTF_8)).get("id").asText();
    return json(client.awaitEvent(job + "/" + how));
  }

  private static void assertNotLeaked(String secret, LogLines log) {
    for (ConsumerRecord<byte[], byte[]> event : client.awaitQuiet()) {
      assertThat(new String(event.value(), StandardCharsets.UTF_8)).doesNotContain(secret);
    }
    client
        .objects()
        .forEach(
            (key, bytes) ->
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                    .as(key)
                    .doesNotContain(secret));
    assertThat(log.stopAndGet()).isNotEmpty().noneMatch(line -> line.contains(secret));
  }

  /** Collects the log from its creation on, with exceptions. */
  private static final class LogLines extends Handler {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LogLines() {
      Logger.getLogger("").addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      lines.add(
          "%s %s %s"
              .formatted(
                  record.getMessage(),
                  Arrays.toString(record.getParameters()),
                  record.getThrown()));
    }

    List<String> stopAndGet() {
      close();
      return lines;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      Logger.getLogger("").removeHandler(this);
    }
  }
}
