package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.header;
import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Sha256;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Ten requests of mixed kinds through a real broker and a real S3, as a client. */
class WorkerEndToEndTest {
  private static final byte[] BROKEN =
      "{\"id\": \"torn\", \"prompt\": ".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NOISE = {(byte) 0xff, 0, 1, 2, (byte) 0xfe};

  @TempDir private static Path folder = Path.of("set by JUnit");

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static ImageGenerator generator = new GradientImageGenerator();
  private static KafkaS3Client client;
  private static WorkerRuntime worker;
  private static long noiseOffset;
  private static long bareOffset;

  @BeforeAll
  static void sendRequests() {
    RandomCheckpoint.write(folder.resolve("random"), 1);
    generator =
        SanaPipeline.load(
            folder.resolve("random"), new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
    client = harness.client();
    worker =
        harness.startWorker(
            generator,
            Map.of("sanaq.events.progress-interval", "PT0S", "sanaq.worker.id", "worker-1"));
    client.send(
        text(
            "{'id':'full','prompt':'a red"
                + " apple','width':96,'height':64,'steps':2,'seed':7,'count':2,"
                + "'guidanceScale':3.5,'solver':'flow-euler','metadata':{'order':[1,2.50]}}"));
    client.send(BROKEN);
    noiseOffset = client.send(NOISE, "trace", "t-1");
    client.send(text("{'id':'wrong','prompt':'','steps':0,'guidance_scale':9,'metadata':{'a':1}}"));
    client.send(
        text(
            "{'prompt':'a red apple','id':'full','width':96,'height':64,'steps':2,'seed':7,"
                + "'count':2,'guidanceScale':3.50,'solver':'flow-euler','metadata':{'order':[1,2.5]}}"));
    client.send(text("{'id':'full','prompt':'a green apple'}"));
    client.send(
        text("{'prompt':'a pear'}"),
        "ce_specversion",
        "1.0",
        "ce_id",
        "e-1",
        "ce_source",
        "/shop",
        "ce_type",
        "shop.requested",
        "content-type",
        "application/json; charset=utf-8");
    client.send(
        text(
            "{'specversion':'1.0','id':'e-2','source':'/shop','type':'shop.requested',"
                + "'data':{'id':'enveloped','prompt':'a plum'}}"),
        "content-type",
        "application/cloudevents+json");
    client.send(text("{'id':'late','prompt':'a fig','deadline':'2020-01-01T00:00:00Z'}"));
    bareOffset = client.send(text("{'prompt':'a quince','width':50,'resolutionBinning':false}"));
    client.await(records -> records.stream().filter(WorkerEndToEndTest::isTerminal).count() == 9);
    client.awaitDeadLetters(2);
    client.awaitQuiet();
  }

  @AfterAll
  static void stop() {
    assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
    generator.close();
  }

  @Test
  void requests_eachHaveExactlyTheirTerminalEvents() {
    List<String> terminal = new ArrayList<>();
    for (String type : List.of("dev.sanaq.job.completed.v1", "dev.sanaq.job.failed.v1")) {
      client.events(type).forEach(event -> terminal.add(KafkaS3Client.eventName(event)));
    }
    assertThat(terminal)
        .containsExactlyInAnyOrder(
            "full/completed",
            "full/completed",
            "full/failed",
            "torn/failed",
            "wrong/failed",
            enveloped() + "/completed",
            "enveloped/completed",
            "late/failed",
            bare() + "/failed");
  }

  @Test
  void bucket_containsOnlyImagesMarkersAndAttempts() {
    List<String> expected = new ArrayList<>(List.of("full/result.json", "enveloped/result.json"));
    expected.add(enveloped() + "/result.json");
    for (String started : List.of("full", "enveloped", enveloped(), bare(), "late")) {
      expected.add(started + "/attempts/1.json");
    }
    client
        .events("dev.sanaq.job.completed.v1")
        .forEach(
            event -> json(event).get("images").forEach(i -> expected.add(i.get("key").asText())));
    assertThat(client.objects().keySet())
        .containsExactlyInAnyOrderElementsOf(expected.stream().distinct().toList())
        .hasSize(3 + 5 + 2 + 1 + 1);
  }

  @Test
  void completedEvent_describesStoredImages() throws IOException {
    JsonNode images = json(client.awaitEvent("full/completed")).get("images");
    Map<String, byte[]> objects = client.objects();
    assertThat(images).hasSize(2);
    for (int i = 0; i < images.size(); i++) {
      JsonNode image = images.get(i);
      byte[] png = objects.getOrDefault(image.get("key").asText(), NOISE);
      assertThat(Sha256.hex(png)).isEqualTo(image.get("sha256").asText());
      assertThat(png.length).isEqualTo(image.get("bytes").asInt());
      assertThat(image.get("bucket").asText()).isEqualTo(harness.services().bucket());
      assertThat(image.get("format").asText()).isEqualTo("png");
      assertThat(image.get("seed").asLong()).isEqualTo(7 + i);
      var decoded = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(List.of(decoded.getWidth(), decoded.getHeight())).isEqualTo(List.of(96, 64));
      assertThat(List.of(image.get("width").asInt(), image.get("height").asInt()))
          .isEqualTo(List.of(96, 64));
      byte[] byAddress = URI.create(image.get("url").asText()).toURL().openStream().readAllBytes();
      assertThat(byAddress).isEqualTo(png);
    }
  }

  @Test
  void storedImage_equalsDirectPipelineOutput() throws IOException {
    JsonNode images = json(client.awaitEvent("full/completed")).get("images");
    GenerationParams params =
        new GenerationParams(
            "a red apple", "", 96, 64, 2, 3.5, 7, 2, SolverKind.FLOW_EULER, true, true, List.of());
    List<RgbImage> direct = generator.generate(params, ProgressListener.NONE).images();
    for (int i = 0; i < 2; i++) {
      byte[] png = client.objects().getOrDefault(images.get(i).get("key").asText(), NOISE);
      RgbImage stored = TestImages.read(new ByteArrayInputStream(png));
      assertThat(stored.samples()).isEqualTo(direct.get(i).samples());
    }
  }

  @Test
  void event_isBinaryModeCloudEvent_keyedByJobId() {
    ConsumerRecord<byte[], byte[]> event = client.awaitEvent("full/completed");
    assertThat(new String(event.key(), StandardCharsets.UTF_8)).isEqualTo("full");
    assertThat(header(event, "ce_specversion")).isEqualTo("1.0");
    assertThat(header(event, "ce_source")).isEqualTo("/sanaq");
    assertThat(header(event, "ce_type")).isEqualTo("dev.sanaq.job.completed.v1");
    assertThat(header(event, "ce_subject")).isEqualTo("full");
    assertThat(header(event, "ce_time")).isNotEmpty();
    assertThat(header(event, "content-type")).isEqualTo("application/json");
  }

  @Test
  void completedEvent_echoesResolvedRequest() {
    JsonNode data = json(client.awaitEvent("enveloped/completed"));
    JsonNode request = data.get("request");
    assertThat(data.get("id").asText()).isEqualTo("enveloped");
    assertThat(data.get("worker").asText()).isEqualTo("worker-1");
    assertThat(data.get("model").asText()).isEqualTo(generator.model().name());
    assertThat(data.get("timings").get("denoise").isNumber()).isTrue();
    assertThat(request.get("prompt").asText()).isEqualTo("a plum");
    assertThat(request.get("steps").asInt()).isEqualTo(generator.model().steps());
    assertThat(request.get("width").asInt()).isEqualTo(generator.model().width());
    assertThat(request.get("solver").asText()).isEqualTo(generator.model().solver().label());
    assertThat(request.get("seed").asLong())
        .isEqualTo(data.get("images").get(0).get("seed").asLong());
  }

  @Test
  void duplicateRequest_publishesSameEvent_runsOnce() {
    List<JsonNode> events =
        client.events("dev.sanaq.job.completed.v1").stream()
            .filter(event -> header(event, "ce_id").equals("full/completed"))
            .map(WorkerEndToEndTest::withoutSignatures)
            .toList();
    assertThat(events).hasSize(2);
    assertThat(events.get(1)).isEqualTo(events.get(0));
    assertThat(client.events("dev.sanaq.job.started.v1").stream().map(e -> header(e, "ce_subject")))
        .containsOnlyOnce("full");
  }

  @Test
  void differentRequest_sameId_isConflict() {
    assertThat(error("full").get("code").asText()).isEqualTo("id_conflict");
    assertThat(error("full").get("retryable").asBoolean()).isFalse();
  }

  @Test
  void invalidRequest_reportsEveryInvalidField() {
    JsonNode data = json(client.awaitEvent("wrong/failed"));
    assertThat(data.get("error").get("code").asText()).isEqualTo("invalid_request");
    assertThat(data.get("error").get("fields").findValuesAsText("field"))
        .containsExactlyInAnyOrder("prompt", "steps", "guidance_scale");
    assertThat(data.get("error").get("message").asText()).contains("did you mean guidanceScale?");
    assertThat(data.get("metadata").get("a").asInt()).isEqualTo(1);
    assertThat(data.get("attempts").asInt()).isZero();
  }

  @Test
  void otherFailures_haveTheirErrorCodes() {
    assertThat(error("late").get("code").asText()).isEqualTo("deadline_exceeded");
    assertThat(error(bare()).get("code").asText()).isEqualTo("unsupported_size");
    assertThat(error("torn").get("code").asText()).isEqualTo("invalid_request");
  }

  @Test
  void unreadableRecord_isDeadLetteredUnchanged() {
    List<ConsumerRecord<byte[], byte[]>> letters = client.awaitDeadLetters(2);
    assertThat(letters.stream().map(ConsumerRecord::value))
        .containsExactlyInAnyOrder(BROKEN, NOISE);
    ConsumerRecord<byte[], byte[]> noise =
        letters.stream().filter(r -> r.value().length == NOISE.length).findFirst().orElseThrow();
    assertThat(new String(noise.key(), StandardCharsets.UTF_8)).isEqualTo("key");
    Map<String, String> headers =
        List.of("trace", "sanaq-source-topic", "sanaq-source-partition", "sanaq-source-offset")
            .stream()
            .collect(Collectors.toMap(name -> name, name -> header(noise, name)));
    assertThat(headers)
        .containsOnly(
            entry("trace", "t-1"),
            entry("sanaq-source-topic", harness.services().requestsTopic()),
            entry("sanaq-source-partition", "0"),
            entry("sanaq-source-offset", String.valueOf(noiseOffset)));
    assertThat(header(noise, "sanaq-reason")).isNotEmpty();
  }

  @Test
  void progressEvents_comeBetweenStartedAndCompleted() {
    List<String> eventIds =
        client.awaitQuiet().stream()
            .filter(event -> header(event, "ce_subject").equals("full"))
            .map(KafkaS3Client::eventName)
            .toList();
    assertThat(eventIds)
        .startsWith("full/started", "full/progress/1", "full/progress/2", "full/completed");
  }

  private static JsonNode error(String id) {
    return json(client.awaitEvent(id + "/failed")).get("error");
  }

  /** Returns the id of the request that was in an envelope and had no id. */
  private static String enveloped() {
    return client.events("dev.sanaq.job.completed.v1").stream()
        .map(event -> header(event, "ce_subject"))
        .filter(subject -> subject.startsWith("e-1-"))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isTerminal(ConsumerRecord<byte[], byte[]> record) {
    return KafkaS3Client.eventName(record).matches(".*/(completed|failed)");
  }

  private static String bare() {
    ConsumerRecord<byte[], byte[]> record = client.readRequest(0, bareOffset);
    return record.topic() + "-0-" + bareOffset + "-" + RecordHash.of(record);
  }

  private static JsonNode withoutSignatures(ConsumerRecord<byte[], byte[]> event) {
    String text = new String(event.value(), StandardCharsets.UTF_8);
    return json(
        text.replaceAll("[?]X-Amz[^\"]*", "")
            .replaceAll("\"urlExpires\":\"[^\"]*\",", "")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static String text(String json) {
    return json.replace('\'', '"');
  }
}
