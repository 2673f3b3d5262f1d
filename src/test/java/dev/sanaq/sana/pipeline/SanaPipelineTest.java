package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.TestGenerationParams;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of the pipeline that the reference does not cover. */
class SanaPipelineTest {
  private static SanaPipeline pipeline;

  @BeforeAll
  static void load() {
    pipeline = load("tiny-sana", "fp32");
  }

  @AfterAll
  static void close() {
    pipeline.close();
  }

  @Test
  void generate_severalImages_equalSingleGenerations() {
    GenerationResult together = generate(params("a fox", 41, 3));
    assertThat(together.images()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      RgbImage alone = generate(params("a fox", 41 + i, 1)).images().get(0);
      TestImages.assertWithinOneLevel(together.images().get(i), alone, 0.001);
    }
    assertThat(together.images().get(0).samples()).isNotEqualTo(together.images().get(1).samples());
  }

  @Test
  void generate_concurrentCallers_keepTheirSeeds() throws Exception {
    List<RgbImage> alone = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      alone.add(generate(params("a fox", 100 + i, 1)).images().get(0));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<GenerationResult>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        GenerationParams params = params("a fox", 100 + i, 1);
        results.add(threads.submit(() -> generate(params)));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(results.get(i).get().images().get(0).samples())
            .isEqualTo(alone.get(i).samples());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void generate_binned_isResizedAndCroppedAsReference() {
    JsonNode call = Fixtures.json("other-sizes/binned.json");
    GenerationParams params =
        TestGenerationParams.fromReferenceCall(call, call.get("seed").longValue(), true);
    try (SanaPipeline other = load("other-sizes", "fp32")) {
      RgbImage expected =
          TestImages.read(Fixtures.path("other-sizes/" + call.get("image").textValue()));
      TestImages.assertWithinOneLevel(
          other.generate(params, ProgressListener.NONE).images().get(0), expected, 0.001);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void generate_lowerPrecision_nearFp32(String precision) {
    RgbImage reference = generate(params("a fox", 9, 1)).images().get(0);
    try (SanaPipeline lower = load("tiny-sana", precision)) {
      RgbImage image = lower.generate(params("a fox", 9, 1), ProgressListener.NONE).images().get(0);
      assertThat(TestImages.meanDifference(image, reference))
          .as("levels of 255, on average")
          .isGreaterThan(0)
          .isLessThan(8);
    }
  }

  @Test
  void generate_reportsProgressOfEveryStep() {
    List<Integer> seen = new ArrayList<>();
    GenerationParams params = params("a fox", 1, 1);
    pipeline.generate(params, (done, steps) -> seen.add(done * 100 + steps));
    assertThat(seen).containsExactly(3, 103, 203, 303);
  }

  @Test
  void generate_listenerThrows_abortsAndPipelineUsable() {
    RgbImage before = generate(params("a fox", 5, 1)).images().get(0);
    assertThatThrownBy(
            () ->
                pipeline.generate(
                    params("a fox", 5, 1),
                    (done, steps) -> {
                      if (done == 2) {
                        throw new IllegalStateException("enough");
                      }
                    }))
        .hasMessage("enough");
    assertThat(generate(params("a fox", 5, 1)).images().get(0).samples())
        .isEqualTo(before.samples());
  }

  @Test
  void generate_unsupportedOption_throwsNamingSupported() {
    GenerationParams good = params("a fox", 1, 1);
    assertThatThrownBy(() -> generate(withSize(good, 100, 64)))
        .isInstanceOf(UnsupportedSizeException.class)
        .hasMessageContaining("multiples of 32");
    assertThatThrownBy(() -> generate(withSolver(good, SolverKind.SCM)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flow-dpm, flow-euler");
    assertThatThrownBy(() -> load("tiny-sana", "fp8")).hasMessageContaining("fp8");
    assertThatThrownBy(
            () ->
                SanaPipeline.load(
                    Fixtures.path("tiny-sana/checkpoint"),
                    new PipelineOptions("fp32", "", 0, "tpu", List.of(), false)))
        .hasMessageContaining("auto, cpu, cuda");
  }

  private static GenerationResult generate(GenerationParams params) {
    return pipeline.generate(params, ProgressListener.NONE);
  }

  private static SanaPipeline load(String model, String precision) {
    return SanaPipeline.load(
        Fixtures.path(model + "/checkpoint"),
        new PipelineOptions(precision, "", 0, "cpu", List.of(), false));
  }

  private static GenerationParams params(String prompt, long seed, int count) {
    return new GenerationParams(
        prompt, "blurry", 64, 64, 3, 4.5, seed, count, SolverKind.FLOW_DPM, false, true, List.of());
  }

  private static GenerationParams withSize(GenerationParams d, int width, int height) {
    return new GenerationParams(
        d.prompt(),
        d.negativePrompt(),
        width,
        height,
        d.steps(),
        d.guidanceScale(),
        d.seed(),
        d.count(),
        d.solver(),
        false,
        true,
        List.of());
  }

  private static GenerationParams withSolver(GenerationParams d, SolverKind solver) {
    return new GenerationParams(
        d.prompt(),
        d.negativePrompt(),
        d.width(),
        d.height(),
        d.steps(),
        d.guidanceScale(),
        d.seed(),
        d.count(),
        solver,
        false,
        true,
        List.of());
  }
}
