package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.SafetensorsFile;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.train.config.LoraConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training of a LoRA adapter: which weights change, and the layout of the file. */
class LoraTrainingTest {
  private static final LoraConfig SETTINGS = new LoraConfig(2, 4, List.of("to_q", "to_k", "to_v"));

  @Test
  void loraTraining_updatesAdapterOnly(@TempDir Path folder) throws Exception {
    TinyTraining training = TinyTraining.create(folder);
    Path vae = training.autoencoder(folder.resolve("ae"), TinyTraining.noProgress());
    Path checkpoint = training.transformer(vae, folder.resolve("tr"), TinyTraining.noProgress());

    Path file =
        training.lora(checkpoint, SETTINGS, folder.resolve("lora"), TinyTraining.noProgress());

    Map<String, HostTensor> state =
        TensorIndex.open(folder.resolve("lora/state-0000009.safetensors")).read();
    Checkpoint.open(checkpoint)
        .transformerTensors()
        .read()
        .forEach(
            (name, tensor) ->
                assertThat(numbers(state, "weight.transformer." + name))
                    .as(name)
                    .containsExactly(tensor.values()));
    assertThat(
            state.keySet().stream()
                .filter(name -> name.startsWith("average."))
                .map(name -> name.substring("average.".length()))
                .collect(Collectors.toSet()))
        .allMatch(name -> name.startsWith("lora."))
        .hasSize(2 * 6 * 2);
    String layer = "transformer.transformer_blocks.1.attn2.to_v.lora_B.weight";
    float[] saved = numbers(TensorIndex.open(file).read(), layer);
    float[] trained = numbers(state, "average.lora.transformer_blocks.1.attn2.to_v.lora_B.weight");
    for (int i = 0; i < saved.length; i++) {
      assertThat(saved[i]).isEqualTo(trained[i]);
    }
    LoraFile lora = LoraFile.open(file, Checkpoint.open(checkpoint).transformer());
    assertThat(lora.layers().values())
        .allSatisfy(adapted -> assertThat(adapted.alpha()).isEqualTo(4))
        .allSatisfy(adapted -> assertThat(adapted.scale()).isEqualTo(4.0 / 2));
    // diffusers 0.36 refuses a file for Sana that has any other tensor.
    assertThat(TensorIndex.open(file).read().keySet()).allMatch(name -> name.contains("lora"));
    JsonNode header =
        new ObjectMapper()
            .readTree(
                Objects.requireNonNull(
                    SafetensorsFile.readContents(file).metadata().get("lora_adapter_metadata")));
    // diffusers 0.36 fails if it is not there.
    assertThat(header.get("transformer.rank_pattern").isEmpty()).isTrue();
    assertThat(header.get("transformer.r").intValue()).isEqualTo(2);
    assertThat(header.get("transformer.lora_alpha").doubleValue()).isEqualTo(4);
    assertThat(header.get("transformer.target_modules"))
        .extracting(JsonNode::textValue)
        .containsExactly("to_q", "to_k", "to_v");
    assertThat(Arrays.equals(saved, new float[saved.length])).isFalse();
  }

  @Test
  void loraShapes_matchPublishedFormat() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    Map<String, HostTensor> published =
        TensorIndex.open(Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors")).read();
    Map<String, long[]> own =
        new LoraConfig(4, 4, SETTINGS.targets())
            .shapes(
                checkpoint.transformerTensors().read().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().shape())));
    assertThat(own).hasSameSizeAs(published);
    own.forEach(
        (name, shape) ->
            assertThat(tensor(published, "transformer." + name).shape()).as(name).isEqualTo(shape));
  }

  @Test
  void unknownTarget_isRejectedByName() {
    LoraConfig settings = new LoraConfig(2, 2, List.of("to_w"));
    assertThatThrownBy(() -> settings.shapes(Map.of("a.to_q.weight", new long[] {4, 4})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("to_w");
  }

  private static float[] numbers(Map<String, HostTensor> tensors, String name) {
    return tensor(tensors, name).values();
  }

  private static HostTensor tensor(Map<String, HostTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }
}
