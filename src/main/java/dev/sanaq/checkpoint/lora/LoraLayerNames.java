package dev.sanaq.checkpoint.lora;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds a transformer's layers by the names that adapter files write for them. Immutable. */
final class LoraLayerNames {
  private static final String WEIGHT = ".weight";

  /** Each may follow another. kohya writes underscores in place of the dots. */
  private static final List<String> PREFIXES =
      List.of(
          "base_model.model.",
          "transformer.",
          "diffusion_model.",
          "model.",
          "unet.",
          "lora_transformer_",
          "lora_transformer.",
          "lora_unet_",
          "lora_unet.",
          "lora_");

  private static final int MAX_PREFIXES = 4;

  private final Map<String, String> byFlatName = new HashMap<>();

  /**
   * @param shapes of the transformer's weights
   */
  LoraLayerNames(Map<String, long[]> shapes) {
    shapes.forEach(
        (name, shape) -> {
          if (name.endsWith(WEIGHT) && shape.length >= 2) {
            String layer = name.substring(0, name.length() - WEIGHT.length());
            byFlatName.put(flat(layer), layer);
          }
        });
  }

  /** The layer's name in the checkpoint; empty if the transformer has no such layer. */
  Optional<String> find(String written) {
    return find(written.replace(".processor.", "."), MAX_PREFIXES);
  }

  private Optional<String> find(String written, int prefixes) {
    String flat = flat(written);
    String layer = byFlatName.get(flat);
    if (layer == null) {
      layer = byFlatName.get(flat + "_0"); // old files write to_out for to_out.0
    }
    if (layer != null || prefixes == 0) {
      return Optional.ofNullable(layer);
    }
    return PREFIXES.stream()
        .filter(written::startsWith)
        .flatMap(prefix -> find(written.substring(prefix.length()), prefixes - 1).stream())
        .findFirst();
  }

  private static String flat(String name) {
    return name.replace('.', '_');
  }
}
