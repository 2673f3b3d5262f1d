package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Pictures;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pictures with an adapter against the reference, and that none is left behind in the model. */
class AdapterParityTest {
  private static final Path FILE = Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors");
  private static final PipelineOptions OPTIONS =
      new PipelineOptions("fp32", "", 0, "cpu", List.of(FILE), false);

  @Test
  void picturesAtEveryScaleEqualTheReferencesAndThePlainOneComesBack() {
    try (SanaPipeline pipeline =
        SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), OPTIONS)) {
      RgbImage plain = draw(pipeline);
      assertEqualsReference(draw(pipeline, use(1)), "1.0");
      assertEqualsReference(draw(pipeline, use(0.4)), "0.4");
      assertThat(draw(pipeline, use(0)).samples()).isEqualTo(plain.samples());
      assertThat(draw(pipeline).samples()).isEqualTo(plain.samples());
    }
  }

  @Test
  void anAdapterThatIsNotThereIsRefusedByName() {
    try (SanaPipeline pipeline =
        SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), OPTIONS)) {
      assertThat(pipeline.model().adapters()).containsExactly(FILE.toString());
      assertThatThrownBy(() -> draw(pipeline, new AdapterUse("style", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("style");
    }
  }

  @Test
  void inInt8AModelWithAdaptersIsRefused() {
    PipelineOptions int8 = new PipelineOptions("int8", "", 0, "cpu", List.of(FILE), false);
    assertThatThrownBy(() -> SanaPipeline.load(Fixtures.path("tiny-sana/checkpoint"), int8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("int8")
        .hasMessageContaining("adapters");
  }

  private static AdapterUse use(double scale) {
    return new AdapterUse(FILE.toString(), scale);
  }

  private static void assertEqualsReference(RgbImage drawn, String scale) {
    RgbImage expected = Pictures.read(Fixtures.path("tiny-sana/lora-scale%s.png".formatted(scale)));
    Pictures.assertWithinOneLevel(drawn, expected, 0.001);
  }

  private static RgbImage draw(SanaPipeline pipeline, AdapterUse... adapters) {
    JsonNode arguments = Fixtures.json("tiny-sana/lora.json");
    Drawing drawing =
        Drawings.called(arguments.get("call"), arguments.get("seed").longValue(), false, adapters);
    return pipeline.draw(drawing, Progress.NONE).images().get(0);
  }
}
