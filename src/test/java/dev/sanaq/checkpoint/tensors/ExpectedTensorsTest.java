package dev.sanaq.checkpoint.tensors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks with options of no published checkpoint: {@code state-dicts.json} holds configs and
 * their {@code state_dict()} in diffusers 0.36.0 and transformers 4.57.3.
 */
class ExpectedTensorsTest {
  static Stream<Named<JsonNode>> networks() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ExpectedTensorsTest.class.getResourceAsStream("/checkpoint/state-dicts.json"))) {
      List<Named<JsonNode>> cases = new ArrayList<>();
      for (JsonNode node : JsonFile.MAPPER.readTree(in)) {
        String name = node.get("network").asText() + ": " + node.get("name").asText();
        cases.add(Named.of(name, node));
      }
      return cases.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void expectedTensors_ofConfig_equalReferenceStateDict(JsonNode network) {
    Map<String, String> expected = new TreeMap<>();
    network
        .get("tensors")
        .properties()
        .forEach(tensor -> expected.put(tensor.getKey(), tensor.getValue().toString()));

    Map<String, String> actual = new TreeMap<>();
    expectedTensors(network)
        .shapes()
        .forEach((name, shape) -> actual.put(name, JsonFile.MAPPER.valueToTree(shape).toString()));

    assertThat(actual).containsExactlyEntriesOf(expected);
  }

  /** The published numbers of parameters. */
  @ParameterizedTest
  @CsvSource({
    "28, 36, 16, 72, null, false, 591747872",
    "20, 70, 20, 112, null, false, 1604462752",
    "20, 70, 20, 112, rms_norm_across_heads, false, 1604641952",
    "60, 70, 20, 112, rms_norm_across_heads, false, 4721825952",
    "28, 36, 16, 72, rms_norm_across_heads, true, 593501216",
    "20, 70, 20, 112, rms_norm_across_heads, true, 1610237472"
  })
  void transformer_publishedSizes_haveParameterCount(
      int layers,
      int heads,
      int crossHeads,
      int crossDim,
      String norm,
      boolean guided,
      long count) {
    ObjectNode config = JsonFile.MAPPER.createObjectNode();
    config.put("_class_name", "SanaTransformer2DModel").put("num_layers", layers);
    config.put("num_attention_heads", heads).put("num_cross_attention_heads", crossHeads);
    config.put("cross_attention_head_dim", crossDim).put("cross_attention_dim", heads * 32);
    config.put("qk_norm", norm.equals("null") ? null : norm).put("guidance_embeds", guided);

    ExpectedTensors table =
        TransformerTensors.of(TransformerConfigReader.of("config.json", config));

    assertThat(parameterCount(table)).isEqualTo(count);
  }

  @Test
  void gemma2_2b_hasPublishedParameterCount() {
    ObjectNode defaults = JsonFile.MAPPER.createObjectNode().put("model_type", "gemma2");

    ExpectedTensors table =
        TextEncoderTensors.of(TextEncoderConfigReader.of("config.json", defaults));

    assertThat(parameterCount(table)).isEqualTo(2_614_341_888L);
  }

  private static long parameterCount(ExpectedTensors table) {
    return table.shapes().values().stream()
        .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
        .sum();
  }

  private static ExpectedTensors expectedTensors(JsonNode network) {
    ObjectNode config = (ObjectNode) network.get("config");
    return switch (Component.valueOf(network.get("network").asText())) {
      case TRANSFORMER -> TransformerTensors.of(TransformerConfigReader.of("config.json", config));
      case AUTOENCODER -> AutoencoderTensors.of(AutoencoderConfigReader.of("config.json", config));
      case TEXT_ENCODER -> TextEncoderTensors.of(TextEncoderConfigReader.of("config.json", config));
    };
  }
}
