package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.files.FolderCopy;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.lora.LoraFusion;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.lora.LoraRegistry;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.transformer.ScaledAdapter;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    List<LoraWeight> weights = weights(image);
    assertEqualsDiffusers(image, index, checkpoint(image), weights);
  }

  static IntStream imagesOfFusedFiles() {
    return images().filter(index -> index % 2 == 0 || index == 9);
  }

  /** The other order of the sums is within the same bound. */
  @ParameterizedTest
  @MethodSource("imagesOfFusedFiles")
  void generate_checkpointWithFusedFiles_equalsDiffusers(int index, @TempDir Path temp)
      throws IOException {
    JsonNode image = Fixtures.json("lora/images.json").get("cases").get(index);
    Path fused = temp.resolve("fused");
    if (weights(image).stream().anyMatch(weight -> weight.name().endsWith("bias.safetensors"))) {
      assertThatThrownBy(() -> fuse(checkpoint(image), weights(image), fused))
          .hasMessage(
              "the adapters add a bias to transformer_blocks.0.attn1.to_k, which has none, so they"
                  + " cannot be fused");
      assertThat(temp).isEmptyDirectory();
    } else {
      fuse(checkpoint(image), weights(image), fused);
      assertEqualsDiffusers(image, index, fused, List.of());
    }
  }

  @Test
  void fuse_numbersBeyondTheTypeOfTheWeights_leavesNothing(@TempDir Path temp) {
    Path checkpoint = Fixtures.path("tiny-sana/checkpoint");
    assertThatThrownBy(() -> fuse(checkpoint, List.of(lora(1e40)), temp.resolve("fused")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exceeds the range of F32");
    assertThat(temp).isEmptyDirectory();
  }

  private static void fuse(Path checkpoint, List<LoraWeight> weights, Path to) throws IOException {
    List<ScaledAdapter> adapters =
        LoraRegistry.load(Checkpoint.open(checkpoint), files(weights)).resolve(weights);
    FolderCopy.write(checkpoint, LoraRegistry.FOLDER, to, copy -> LoraFusion.apply(adapters, copy));
  }

  private static Path checkpoint(JsonNode image) {
    return Fixtures.path(image.get("model").textValue() + "/checkpoint");
  }

  private static List<LoraWeight> weights(JsonNode image) {
    List<LoraWeight> weights = new ArrayList<>();
    for (JsonNode adapter : image.get("adapters")) {
      String file = "lora/" + adapter.get("name").textValue() + ".safetensors";
      weights.add(
          new LoraWeight(Fixtures.path(file).toString(), adapter.get("scale").doubleValue()));
    }
    return weights;
  }

  private static List<Path> files(List<LoraWeight> weights) {
    return weights.stream().map(weight -> Path.of(weight.name())).toList();
  }

  private static void assertEqualsDiffusers(
      JsonNode image, int index, Path checkpoint, List<LoraWeight> weights) {
    PipelineOptions options = new PipelineOptions("fp32", "", 0, "cpu", files(weights), false);
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
