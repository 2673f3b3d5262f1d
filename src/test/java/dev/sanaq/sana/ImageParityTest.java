package dev.sanaq.sana;

import static dev.sanaq.testing.Fixtures.tensor;
import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Latents after every step, and the PNG, equal the reference. */
class ImageParityTest {
  private static final double TRAJECTORY = 2e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {"tiny-sana", "tiny-sana-1.5", "tiny-sana-4k", "tiny-sana-sprint", "other-sizes"})
  void generate_everyStepAndImage_equalReference(String model) {
    for (Kernels kernels : Kernels.values()) {
      compareImages(model, kernels);
    }
  }

  private static void compareImages(String model, Kernels kernels) {
    Map<String, Tensor> answers = Fixtures.tensors(model + "/image.safetensors");
    JsonNode cases = Fixtures.json(model + "/image.json").get("cases");
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path(model + "/checkpoint"));
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32).withKernels(kernels);
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, placement, TextEncoder::load)) {
      for (int i = 0; i < cases.size(); i++) {
        List<String> prompts = prompts(cases.get(i));
        for (int j = 0; j < prompts.size(); j++) {
          compare(
              pipeline, model, answers, i, j, params(pipeline, cases.get(i), prompts.get(j), j));
        }
      }
      assertThat(cases).hasSizeGreaterThanOrEqualTo(2);
    }
  }

  private static void compare(
      SanaPipeline pipeline,
      String model,
      Map<String, Tensor> answers,
      int i,
      int j,
      GenerationParams params) {
    Tensor steps = tensor(answers, i + ".steps");
    List<float[]> seen = new ArrayList<>();
    GenerationResult result =
        pipeline.generate(
            params, ProgressListener.NONE, (done, latents) -> seen.add(latents.toFloats()));
    assertThat(seen).hasSize((int) steps.shape()[0]);
    for (int s = 0; s < seen.size(); s++) {
      // SCM's x' after the last step is unused: the image is the data prediction.
      if (params.solver() != SolverKind.SCM || s < seen.size() - 1) {
        String what = "%s case %s image %s after step %s".formatted(model, i, j, s + 1);
        assertClose(what, seen.get(s), steps.row(s).row(j).floats(), TRAJECTORY);
      }
    }
    RgbImage expected = TestImages.read(Fixtures.path("%s/image%s-%s.png".formatted(model, i, j)));
    TestImages.assertWithinOneLevel(result.images().get(0), expected, 0.001);
  }

  private static List<String> prompts(JsonNode arguments) {
    JsonNode prompt = arguments.get("call").get("prompt");
    List<String> prompts = new ArrayList<>();
    if (prompt.isTextual()) {
      prompts.add(prompt.textValue());
    }
    prompt.elements().forEachRemaining(one -> prompts.add(one.textValue()));
    return prompts;
  }

  private static GenerationParams params(
      SanaPipeline pipeline, JsonNode arguments, String prompt, int j) {
    JsonNode call = arguments.get("call");
    return new GenerationParams(
        prompt,
        call.path("negative_prompt").asText(""),
        call.get("width").intValue(),
        call.get("height").intValue(),
        call.get("num_inference_steps").intValue(),
        call.get("guidance_scale").doubleValue(),
        arguments.get("seed").longValue() + j,
        1,
        arguments.has("scheduler") ? SolverKind.FLOW_EULER : pipeline.model().solver(),
        false,
        arguments.path("instruction").asBoolean(true),
        List.of());
  }
}
