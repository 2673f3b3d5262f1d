package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

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
      assertThat(pipeline.model().adapters()).containsExactly(FILE.toString());
      assertThatThrownBy(() -> generate(pipeline, new LoraWeight("style", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("style");
    }
  }

  @Test
  void load_int8WithLora_throws() {
    PipelineOptions int8 = new PipelineOptions("int8", "", 0, "cpu", List.of(FILE), false);
    assertThatThrownBy(() -> SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), int8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("int8")
        .hasMessageContaining("adapters");
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
