package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An image that is not a number names its cause: the weights that are none, or an overflow. */
class BadNumbersTest {
  private static final Path LORA = Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors");

  @TempDir private Path temp = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "transformer/diffusion_pytorch_model.safetensors, patch_embed.proj.bias, NaN",
    "transformer/diffusion_pytorch_model.safetensors, proj_out.weight, Infinity",
    "vae/diffusion_pytorch_model.safetensors, decoder.conv_in.bias, NaN",
    "text_encoder/model.safetensors, norm.weight, NaN"
  })
  void generate_weightNotFinite_namesFileAndTensor(String name, String tensor, float bad)
      throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve(name);
    overwrite(file, tensor, 3, bad);
    try (SanaPipeline pipeline = SanaPipeline.load(folder, options(List.of()))) {
      for (int i = 0; i < 2; i++) { // the second time without reading the weights again
        assertThatThrownBy(() -> generate(pipeline, 4, List.of()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("the decoder's output is NaN at row 0, column 0, channel 0")
            .hasMessageEndingWith(
                "the model's weights are not numbers: %s: %s: expected finite numbers, found NaN or"
                        .formatted(file, tensor)
                    + " infinity at element 3");
      }
    }
  }

  @Test
  void generate_overflow_doesNotAdviseAPrecisionThatItHas() {
    try (SanaPipeline pipeline =
        SanaPipeline.load(CheckpointFixtures.checkpoint("tiny-sana"), options(List.of(LORA)))) {
      LoraWeight huge = new LoraWeight(LORA.toString(), 1e38);
      assertThatThrownBy(() -> generate(pipeline, 4, List.of(huge)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("smaller scales of the adapters")
          .hasMessageNotContaining("precision");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-1", "1e400", "\"x\"", "null"})
  void open_guidanceScaleNotANumber_isRefusedByName(String scale) throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path index = folder.resolve("model_index.json");
    String json = Files.readString(index);
    Files.writeString(index, json.replaceFirst("\\{", "{\"_guidance_scale\": " + scale + ","));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(index + ": _guidance_scale: expected a number from 0, found ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.5", "[0.5]", "[0.8, 0.2]", "[0, 2]", "[0, \"1\"]", "null"})
  void open_guidanceIntervalIsNone_isRefusedByName(String interval) throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path index = folder.resolve("model_index.json");
    String json = Files.readString(index);
    Files.writeString(
        index, json.replaceFirst("\\{", "{\"_guidance_interval\": " + interval + ","));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(index + ": _guidance_interval: expected [start, stop]");
    Files.writeString(index, json.replaceFirst("\\{", "{\"_guidance_interval\": [0.2, 0.8],"));
    assertThat(Checkpoint.open(folder).guidanceInterval()).hasValue(new GuidanceInterval(0.2, 0.8));
  }

  private static void generate(SanaPipeline pipeline, double guidance, List<LoraWeight> loras) {
    GenerationParams params =
        new GenerationParams(
            "a fox", "", 64, 64, 2, guidance, 1, 1, SolverKind.FLOW_EULER, false, false, loras);
    assertThat(pipeline.generate(params, (done, steps) -> {})).isNotNull();
  }

  private static PipelineOptions options(List<Path> adapters) {
    return new PipelineOptions("fp32", "", 0, "cpu", adapters, false);
  }

  /** Overwrites one element of an F32 tensor in its file. */
  private static void overwrite(Path file, String name, int element, float value)
      throws IOException {
    StoredTensor tensor = TensorIndex.open(file).get(name);
    byte[] all = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
    // The tensors lie after the header in the order of the index.
    long before =
        TensorIndex.open(file).all().stream()
            .takeWhile(other -> !other.name().equals(tensor.name()))
            .mapToLong(StoredTensor::bytes)
            .sum();
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(8L + header + before + 4L * element);
      out.writeInt(Integer.reverseBytes(Float.floatToIntBits(value)));
    }
  }
}
