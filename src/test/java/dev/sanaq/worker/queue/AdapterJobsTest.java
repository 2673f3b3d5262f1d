package dev.sanaq.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageMetadata;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.worker.ModelAdapter;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with adapters of the model's folder, one of which cannot be used. */
class AdapterJobsTest {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");
  private static final PipelineOptions OPTIONS =
      new PipelineOptions("fp32", "", 0, "cpu", List.of(), false);

  @TempDir private Path temp = Path.of("");
  private Path model = Path.of("");

  @BeforeEach
  void copyModel() throws IOException {
    model = CheckpointFixtures.copy("tiny-sana", temp.resolve("m"));
    Path adapters = Files.createDirectory(model.resolve("adapters"));
    Files.copy(Fixtures.path("lora/dora.safetensors"), adapters.resolve("style.safetensors"));
    Files.copy(Fixtures.path("lora/bf16.safetensors"), adapters.resolve("ink.safetensors"));
    Files.writeString(adapters.resolve("bad.safetensors"), "not an adapter");
  }

  @Test
  void requestOfImageMetadata_generatesTheSamePixels() throws IOException {
    try (SanaPipeline pipeline = SanaPipeline.load(model, OPTIONS)) {
      Job job =
          accepted(
              pipeline,
              Map.of(
                  "prompt",
                  "a fox",
                  "seed",
                  7,
                  "steps",
                  2,
                  "width",
                  64,
                  "height",
                  64,
                  "resolutionBinning",
                  false,
                  "adapters",
                  List.of(Map.of("name", "style", "scale", 0.8), Map.of("name", "ink"))));
      GenerationParams params = params(job);
      RgbImage first = pipeline.generate(params, ProgressListener.NONE).images().get(0);
      Map<String, String> texts = ImageMetadata.of(params, job.model(), 0);

      String sha256 = pipeline.model().adapter("style").orElseThrow().sha256();
      assertThat(texts.get(ImageMetadata.PARAMETERS))
          .startsWith("a fox <lora:style:0.8> <lora:ink:1.0>\n")
          .contains("\"lora:style\":\"" + sha256.substring(0, 10) + "\"");
      assertThat(job.asRequest().toString())
          .contains("{name=style, scale=0.8, sha256=%s}".formatted(sha256));

      Map<String, Object> again =
          new ObjectMapper().readValue(texts.get(ImageMetadata.REQUEST), new TypeReference<>() {});
      RgbImage second =
          pipeline
              .generate(params(accepted(pipeline, again)), ProgressListener.NONE)
              .images()
              .get(0);
      assertThat(second.samples()).isEqualTo(first.samples());

      Map<String, Object> without = new HashMap<>(again);
      without.remove("adapters");
      RgbImage plain =
          pipeline
              .generate(params(accepted(pipeline, without)), ProgressListener.NONE)
              .images()
              .get(0);
      assertThat(TestImages.meanDifference(plain, first)).isGreaterThan(1);
    }
  }

  @Test
  void requestOfAnotherFile_isRejectedWithBothHashes() {
    try (SanaPipeline pipeline = SanaPipeline.load(model, OPTIONS)) {
      Object other = Map.of("name", "style", "sha256", "a".repeat(64));
      assertThat(rejected(pipeline, other))
          .contains("adapters[0].sha256")
          .contains(pipeline.model().adapter("style").orElseThrow().sha256());
      assertThat(rejected(pipeline, Map.of("name", "style", "sha256", "x")))
          .contains("64 hexadecimal digits");
    }
  }

  @Test
  void badFileInFolder_failsOnlyJobsThatAskForIt() {
    try (SanaPipeline pipeline = SanaPipeline.load(model, OPTIONS)) {
      assertThat(rejected(pipeline, Map.of("name", "bad")))
          .contains("adapters[0].name")
          .contains("bad.safetensors: expected");
      List<BatchResult> results =
          pipeline.generateBatch(
              List.of(fox("bad"), fox("style"), fox("unknown"), fox("ink")),
              BatchControl.reportingTo(ProgressListener.NONE));
      assertThat(results.get(0)).isInstanceOf(BatchResult.Failed.class);
      assertThat(((BatchResult.Failed) results.get(0)).cause())
          .hasMessageContaining("bad.safetensors: expected");
      assertThat(((BatchResult.Failed) results.get(2)).cause()).hasMessageContaining("unknown");
      for (int i : new int[] {1, 3}) {
        RgbImage together = ((BatchResult.Done) results.get(i)).result().images().get(0);
        RgbImage alone =
            pipeline.generate(fox(i == 1 ? "style" : "ink"), ProgressListener.NONE).images().get(0);
        TestImages.assertWithinOneLevel(together, alone, 0.001);
      }
    }
  }

  @Test
  void jobsOfDifferentAdapters_shareABatch() {
    assertThat(BatchKey.of(fox("style"))).isEqualTo(BatchKey.of(fox("ink")));
  }

  private static GenerationParams fox(String adapter) {
    return new GenerationParams(
        "a fox",
        "",
        64,
        64,
        2,
        4.5,
        1,
        1,
        SolverKind.FLOW_DPM,
        false,
        false,
        List.of(new LoraWeight(adapter, 1)));
  }

  private static ValidationResult validate(SanaPipeline pipeline, Map<String, Object> request) {
    return new RequestValidator(
            ModelAdapter.defaults(pipeline.model(), false),
            new RequestLimits(
                100, 4096, 50, 20, 8, 16, 200, false, false, HOME, List.of(HOME), List.of()))
        .validate(new GenerationRequest(request), "id");
  }

  private static Job accepted(SanaPipeline pipeline, Map<String, Object> request) {
    return ((ValidationResult.Valid) validate(pipeline, request)).job();
  }

  private static String rejected(SanaPipeline pipeline, Object adapter) {
    Map<String, Object> request = Map.of("prompt", "p", "adapters", List.of(adapter));
    return ((ValidationResult.Invalid) validate(pipeline, request)).failure().error().toString();
  }

  private static GenerationParams params(Job job) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]);
    JobSpan span = new JobTracer(OpenTelemetry.noop()).startSpan(record, job, Instant.EPOCH);
    return new JobExecution(record, OffsetTracker.from(null), job, span, Instant.EPOCH)
        .generationParams();
  }
}
