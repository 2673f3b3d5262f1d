package dev.sanaq.worker.run;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.sana.score.SelectingGenerator;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerTelemetry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests with candidates, from Kafka to S3, with the tiny CLIP model of the fixtures. */
class CandidateJobsTest {
  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @SuppressWarnings("NullAway.Init") // set before each test
  private KafkaS3Client client;

  @BeforeEach
  void start() {
    client = harness.client();
  }

  @AfterEach
  void stop() {
    harness.drainAll(Duration.ofSeconds(20));
  }

  @Test
  void bestCandidates_areStoredBySeed_andRegeneratedByTheirSeedsAlone() {
    startWorker(selecting());
    client.send("{\"id\":\"best\",\"prompt\":\"a fox\",\"seed\":100,\"count\":2,\"candidates\":8}");
    JsonNode data = json(client.awaitEvent("best/completed"));
    assertThat(data.at("/request/candidates").intValue()).isEqualTo(8);
    List<Double> scores = scores("a fox", 100, 8);
    List<Double> ranked = scores.stream().sorted((a, b) -> Double.compare(b, a)).toList();
    assertThat(data.get("images")).hasSize(2);
    for (int i = 0; i < 2; i++) {
      JsonNode image = data.get("images").get(i);
      int offset = scores.indexOf(ranked.get(i));
      assertThat(image.get("seed").longValue()).isEqualTo(100 + offset);
      assertThat(image.get("score").doubleValue()).isCloseTo(ranked.get(i), Offset.offset(1e-3));
      assertThat(image.get("key").textValue()).endsWith("/%s.png".formatted(offset));
      String again = "again-" + i;
      client.send(
          "{\"id\":\"%s\",\"prompt\":\"a fox\",\"seed\":%s}".formatted(again, 100 + offset));
      JsonNode one = json(client.awaitEvent(again + "/completed")).get("images").get(0);
      assertThat(one.has("score")).isFalse();
      assertThat(one.get("sha256")).as("the same file").isEqualTo(image.get("sha256"));
    }
    assertThat(client.objects().keySet().stream().filter(key -> key.matches("best/.*png")))
        .as("only kept images are stored")
        .hasSize(2);
    assertThat(json(object("best/result.json")).at("/images/0/score").isNumber()).isTrue();
    assertThat(json(object("again-0/result.json")).at("/images/0/score").isNull()).isTrue();
  }

  @Test
  void drafts_areGeneratedBeforeTheImage() {
    GradientImageGenerator generator = new GradientImageGenerator();
    startWorker(new SelectingGenerator(generator, ClipModel.open(Fixtures.path("clip"))));
    client.send(
        "{\"id\":\"d\",\"prompt\":\"a fox\",\"steps\":4,\"candidates\":3,\"draftSteps\":1}");
    JsonNode data = json(client.awaitEvent("d/completed"));
    assertThat(data.get("images")).hasSize(1);
    assertThat(data.at("/request/draftSteps").intValue()).isEqualTo(1);
    assertThat(data.get("timings").has("score")).isTrue();
    assertThat(generator.generationCount()).as("a draft pass and a pass of images").isEqualTo(2);
  }

  @Test
  void workerWithoutScorer_refusesCandidatesByName() {
    startWorker(new GradientImageGenerator());
    client.send("{\"id\":\"none\",\"prompt\":\"a fox\",\"candidates\":4}");
    JsonNode error = json(client.awaitEvent("none/failed")).get("error");
    assertThat(error.get("code").textValue()).isEqualTo("invalid_request");
    assertThat(error.at("/fields/0/field").textValue()).isEqualTo("candidates");
    assertThat(error.at("/fields/0/allowed").textValue()).contains("sanaq.model.scorer");
  }

  private static ImageGenerator selecting() {
    return new SelectingGenerator(
        new GradientImageGenerator(), ClipModel.open(Fixtures.path("clip")));
  }

  private static List<Double> scores(String prompt, int seed, int count) {
    try (ClipModel clip = ClipModel.open(Fixtures.path("clip"))) {
      List<RgbImage> images = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        images.add(gradient(prompt, seed + i));
      }
      return clip.scoreAll(prompt, images);
    }
  }

  /** As the worker generates it. */
  private static RgbImage gradient(String prompt, int seed) {
    GenerationParams params =
        new GenerationParams(
            prompt, "", 64, 64, 4, 4.5, seed, 1, SolverKind.FLOW_DPM, true, true, List.of());
    return new GradientImageGenerator().generate(params, ProgressListener.NONE).images().get(0);
  }

  private byte[] object(String key) {
    return Objects.requireNonNull(client.objects().get(key), key);
  }

  private void startWorker(ImageGenerator generator) {
    harness.startWorker(
        generator,
        harness.settings(Map.of()),
        new WorkerTelemetry(new SimpleMeterRegistry(), OpenTelemetry.noop()),
        UnaryOperator.identity());
  }
}
