package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images with a LoRA adapter equal the reference, and the adapter leaves no trace in the model. */
class LoraParityTest {
  private static final Path FILE = Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors");
  private static final PipelineOptions OPTIONS =
      new PipelineOptions("fp32", "", 0, "cpu", List.of(FILE), false);

  @Test
  void generate_loraAtEachScale_equalsReferenceAndUnfuses() {
    try (SanaPipeline pipeline =
        SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), OPTIONS)) {
      RgbImage plain = generate(pipeline);
      assertEqualsReference(generate(pipeline, lora(1)), "1.0");
      assertEqualsReference(generate(pipeline, lora(0.4)), "0.4");
      assertThat(generate(pipeline, lora(0)).samples()).isEqualTo(plain.samples());
      assertThat(generate(pipeline).samples()).isEqualTo(plain.samples());
    }
  }

  @Test
  void generate_unknownLora_throwsNamingIt() {
    try (SanaPipeline pipeline =
        SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), OPTIONS)) {
      assertThat(pipeline.model().adapters())
          .extracting(LoraInfo::name)
          .containsExactly(FILE.toString());
      assertThatThrownBy(() -> generate(pipeline, new LoraWeight("style", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("style");
    }
  }

  static IntStream images() {
    return IntStream.range(0, Fixtures.json("lora/images.json").get("cases").size());
  }

  /** See lora/make.py: each kind of file, alone and with others, at scales other than 1. */
  @ParameterizedTest
  @MethodSource("images")
  void generate_eachKindOfFile_equalsDiffusers(int index) {
    JsonNode image = Fixtures.json("lora/images.json").get("cases").get(index);
    List<LoraWeight> weights = new ArrayList<>();
    for (JsonNode adapter : image.get("adapters")) {
      String file = "lora/" + adapter.get("name").textValue() + ".safetensors";
      weights.add(
          new LoraWeight(Fixtures.path(file).toString(), adapter.get("scale").doubleValue()));
    }
    PipelineOptions options =
        new PipelineOptions(
            "fp32",
            "",
            0,
            "cpu",
            weights.stream().map(weight -> Path.of(weight.name())).toList(),
            false);
    Path checkpoint = Fixtures.path(image.get("model").textValue() + "/checkpoint");
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, options)) {
      JsonNode call = image.get("call");
      GenerationParams params =
          new GenerationParams(
              call.get("prompt").textValue(),
              "",
              call.get("width").intValue(),
              call.get("height").intValue(),
              call.get("num_inference_steps").intValue(),
              call.get("guidance_scale").doubleValue(),
              image.get("seed").longValue(),
              1,
              pipeline.model().solver(),
              false,
              !call.has("complex_human_instruction"),
              weights);
      RgbImage actual = pipeline.generate(params, ProgressListener.NONE).images().get(0);
      RgbImage expected = TestImages.read(Fixtures.path("lora/image%s.png".formatted(index)));
      TestImages.assertWithinOneLevel(actual, expected, 0.001);
    }
  }

  private static LoraWeight lora(double scale) {
    return new LoraWeight(FILE.toString(), scale);
  }

  private static void assertEqualsReference(RgbImage image, String scale) {
    RgbImage expected =
        TestImages.read(Fixtures.path("tiny-sana/lora-scale%s.png".formatted(scale)));
    TestImages.assertWithinOneLevel(image, expected, 0.001);
  }

  private static RgbImage generate(SanaPipeline pipeline, LoraWeight... adapters) {
    JsonNode arguments = Fixtures.json("tiny-sana/lora.json");
    GenerationParams params =
        TestGenerationParams.fromReferenceCall(
            arguments.get("call"), arguments.get("seed").longValue(), false, adapters);
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }
}
