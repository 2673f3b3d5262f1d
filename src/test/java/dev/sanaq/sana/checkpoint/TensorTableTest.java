package dev.sanaq.sana.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks with options that no published checkpoint has: {@code state-dicts.json} holds configs
 * and what {@code state_dict()} of diffusers 0.36.0 and transformers 4.57.3 says of them.
 */
class TensorTableTest {
  static Stream<Named<JsonNode>> networks() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TensorTableTest.class.getResourceAsStream("/checkpoint/state-dicts.json"))) {
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
  void tensorsAreThoseOfTheReference(JsonNode network) {
    Map<String, String> expected = new TreeMap<>();
    network
        .get("tensors")
        .properties()
        .forEach(tensor -> expected.put(tensor.getKey(), tensor.getValue().toString()));

    Map<String, String> actual = new TreeMap<>();
    table(network)
        .shapes()
        .forEach((name, shape) -> actual.put(name, JsonFile.MAPPER.valueToTree(shape).toString()));

    assertThat(actual).containsExactlyEntriesOf(expected);
  }

  private static TensorTable table(JsonNode network) {
    ObjectNode config = (ObjectNode) network.get("config");
    return switch (Network.valueOf(network.get("network").asText())) {
      case TRANSFORMER -> TransformerTensors.of(TransformerConfig.of("config.json", config));
      case AUTOENCODER -> AutoencoderTensors.of(AutoencoderConfig.of("config.json", config));
      case TEXT_ENCODER -> TextEncoderTensors.of(TextEncoderConfig.of("config.json", config));
    };
  }
}
