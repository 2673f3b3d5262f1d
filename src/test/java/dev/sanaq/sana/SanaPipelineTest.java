package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Pictures;
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

/** What the pipeline promises beyond the reference's answers. */
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
  void severalPicturesInABatchEqualThoseDrawnAlone() {
    Drawn together = draw(drawing("a fox", 41, 3));
    assertThat(together.images()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      RgbImage alone = draw(drawing("a fox", 41 + i, 1)).images().get(0);
      Pictures.assertWithinOneLevel(together.images().get(i), alone, 0.001);
    }
    assertThat(together.images().get(0).samples()).isNotEqualTo(together.images().get(1).samples());
  }

  @Test
  void jobsOfSeveralThreadsDoNotDisturbEachOthersSeeds() throws Exception {
    List<RgbImage> alone = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      alone.add(draw(drawing("a fox", 100 + i, 1)).images().get(0));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Drawn>> drawn = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Drawing drawing = drawing("a fox", 100 + i, 1);
        drawn.add(threads.submit(() -> draw(drawing)));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(drawn.get(i).get().images().get(0).samples()).isEqualTo(alone.get(i).samples());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aBinnedPictureIsResizedAndCroppedAsTheReferenceDoes() {
    JsonNode call = Fixtures.json("other-sizes/binned.json");
    Drawing drawing = Drawings.called(call, call.get("seed").longValue(), true);
    try (SanaPipeline other = load("other-sizes", "fp32")) {
      RgbImage expected =
          Pictures.read(Fixtures.path("other-sizes/" + call.get("image").textValue()));
      Pictures.assertWithinOneLevel(
          other.draw(drawing, Progress.NONE).images().get(0), expected, 0.001);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void inLowerPrecisionThePictureIsNearTheOneInFp32(String precision) {
    RgbImage reference = draw(drawing("a fox", 9, 1)).images().get(0);
    try (SanaPipeline lower = load("tiny-sana", precision)) {
      RgbImage drawn = lower.draw(drawing("a fox", 9, 1), Progress.NONE).images().get(0);
      assertThat(Pictures.meanDifference(drawn, reference))
          .as("levels of 255, on average")
          .isGreaterThan(0)
          .isLessThan(8);
    }
  }

  @Test
  void progressCountsEveryStepOfEveryBatch() {
    List<Integer> seen = new ArrayList<>();
    Drawing drawing = drawing("a fox", 1, 1);
    pipeline.draw(drawing, (done, steps) -> seen.add(done * 100 + steps));
    assertThat(seen).containsExactly(3, 103, 203, 303);
  }

  @Test
  void anExceptionFromTheListenerEndsTheDrawingAndLeavesThePipelineUsable() {
    RgbImage before = draw(drawing("a fox", 5, 1)).images().get(0);
    assertThatThrownBy(
            () ->
                pipeline.draw(
                    drawing("a fox", 5, 1),
                    (done, steps) -> {
                      if (done == 2) {
                        throw new IllegalStateException("enough");
                      }
                    }))
        .hasMessage("enough");
    assertThat(draw(drawing("a fox", 5, 1)).images().get(0).samples()).isEqualTo(before.samples());
  }

  @Test
  void whatCannotBeDrawnIsRefusedWithWhatCan() {
    Drawing good = drawing("a fox", 1, 1);
    assertThatThrownBy(() -> draw(sized(good, 100, 64)))
        .isInstanceOf(UnsupportedSizeException.class)
        .hasMessageContaining("multiples of 32");
    assertThatThrownBy(() -> draw(solved(good, SolverKind.SCM)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flow-dpm, flow-euler");
    assertThatThrownBy(() -> load("tiny-sana", "fp8")).hasMessageContaining("fp8");
    assertThatThrownBy(
            () ->
                SanaPipeline.load(
                    Fixtures.path("tiny-sana/checkpoint"),
                    new PipelineOptions("fp32", "", 0, "tpu")))
        .hasMessageContaining("auto, cpu, cuda");
  }

  private static Drawn draw(Drawing drawing) {
    return pipeline.draw(drawing, Progress.NONE);
  }

  private static SanaPipeline load(String model, String precision) {
    return SanaPipeline.load(
        Fixtures.path(model + "/checkpoint"), new PipelineOptions(precision, "", 0, "cpu"));
  }

  private static Drawing drawing(String prompt, long seed, int count) {
    return new Drawing(
        prompt, "blurry", 64, 64, 3, 4.5, seed, count, SolverKind.FLOW_DPM, false, true);
  }

  private static Drawing sized(Drawing d, int width, int height) {
    return new Drawing(
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
        true);
  }

  private static Drawing solved(Drawing d, SolverKind solver) {
    return new Drawing(
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
        true);
  }
}
