package dev.sanaq.checkpoint.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * PEFT's configuration in an adapter file's header: diffusers writes it as JSON under {@code
 * lora_adapter_metadata}, each key with the prefix {@code transformer.}. Immutable.
 *
 * @param rank for layers that {@code rankPattern} does not name; empty if the header has none
 * @param alpha for layers that {@code alphaPattern} does not name; empty if the header has none
 * @param rankPattern by layer
 * @param alphaPattern by layer
 * @param rankStabilized scale alpha / sqrt(rank) in place of alpha / rank
 * @param dora whether the adapter is a DoRA; empty if the header does not say
 */
record LoraMetadata(
    OptionalDouble rank,
    OptionalDouble alpha,
    Map<String, Double> rankPattern,
    Map<String, Double> alphaPattern,
    boolean rankStabilized,
    Optional<Boolean> dora) {
  static final String KEY = "lora_adapter_metadata";
  static final String PREFIX = "transformer.";

  /** A layer's name, as a whole or its last parts. PEFT takes any regular expression. */
  private static final Pattern LAYER = Pattern.compile("\\^?[A-Za-z0-9_.]+\\$?");

  /** The header of a file without such metadata. */
  static final LoraMetadata NONE =
      new LoraMetadata(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          Map.of(),
          Map.of(),
          false,
          Optional.empty());

  /** Reads the metadata of a file's header; adds a problem for each invalid value. */
  static LoraMetadata read(Path file, Map<String, String> header, ProblemCollector problems) {
    String json = header.get(KEY);
    if (json == null) {
      return NONE;
    }
    ObjectNode node =
        problems.collect(
            () ->
                JsonFile.parse(
                    file + ": " + KEY, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))));
    return node == null ? NONE : new Reader(file, node, problems).read();
  }

  private record Reader(Path file, ObjectNode node, ProblemCollector problems) {
    LoraMetadata read() {
      String type = value("peft_type").asText("LORA");
      if (!type.equals("LORA")) {
        problem("peft_type", "LORA", type);
      }
      if (bool("fan_in_fan_out").orElse(false)) {
        problem("fan_in_fan_out", "false", "true");
      }
      return new LoraMetadata(
          number("r", value("r")),
          number("lora_alpha", value("lora_alpha")),
          pattern("rank_pattern"),
          pattern("alpha_pattern"),
          bool("use_rslora").orElse(false),
          bool("use_dora"));
    }

    private JsonNode value(String key) {
      JsonNode prefixed = node.path(PREFIX + key);
      return prefixed.isMissingNode() ? node.path(key) : prefixed;
    }

    private OptionalDouble number(String key, JsonNode value) {
      if (value.isMissingNode() || value.isNull()) {
        return OptionalDouble.empty();
      }
      if (!value.isNumber() || !Double.isFinite(value.asDouble()) || value.asDouble() < 0) {
        problem(key, "a number from 0", JsonFile.shortened(value));
        return OptionalDouble.empty();
      }
      return OptionalDouble.of(value.asDouble());
    }

    private Optional<Boolean> bool(String key) {
      JsonNode value = value(key);
      if (value.isMissingNode() || value.isNull()) {
        return Optional.empty();
      }
      if (!value.isBoolean()) {
        problem(key, "true or false", JsonFile.shortened(value));
      }
      return Optional.of(value.asBoolean());
    }

    private Map<String, Double> pattern(String key) {
      Map<String, Double> byLayer = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : value(key).properties()) {
        if (!LAYER.matcher(entry.getKey()).matches()) {
          problem(key, "names of layers", JsonFile.shortened(node.textNode(entry.getKey())));
        }
        number(key, entry.getValue()).ifPresent(value -> byLayer.put(entry.getKey(), value));
      }
      return byLayer;
    }

    private void problem(String key, String expected, String found) {
      problems.add(file.toString(), KEY + "." + key, expected, found);
    }
  }

  /** The rank of a layer; empty if the header has none. */
  OptionalDouble rank(String layer) {
    return find(rankPattern, layer, rank);
  }

  /** The alpha of a layer; empty if the header has none. */
  OptionalDouble alpha(String layer) {
    return find(alphaPattern, layer, alpha);
  }

  /** As PEFT's {@code get_pattern_key}: the first pattern that matches the name's end. */
  private static OptionalDouble find(
      Map<String, Double> pattern, String layer, OptionalDouble otherwise) {
    for (Map.Entry<String, Double> entry : pattern.entrySet()) {
      String name = entry.getKey().replace("$", "");
      boolean whole = name.startsWith("^");
      name = whole ? name.substring(1) : name;
      if (layer.equals(name) || !whole && layer.endsWith("." + name)) {
        return OptionalDouble.of(entry.getValue());
      }
    }
    return otherwise;
  }
}
