package dev.sanaq.checkpoint.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import java.util.List;
import java.util.Map;

/** The strings in the header of an adapter file, from which diffusers takes rank and alpha. */
public final class LoraHeader {
  private LoraHeader() {}

  /**
   * The header's strings.
   *
   * @param rank inner width of the two matrices
   * @param alpha the product is scaled by {@code alpha / rank}
   * @param targets last parts of the adapted layers' names
   */
  public static Map<String, String> of(int rank, double alpha, List<String> targets) {
    ObjectNode config = JsonFile.MAPPER.createObjectNode();
    config.put(LoraMetadata.PREFIX + "peft_type", "LORA");
    config.put(LoraMetadata.PREFIX + "r", rank);
    config.put(LoraMetadata.PREFIX + "lora_alpha", alpha);
    targets.forEach(config.putArray(LoraMetadata.PREFIX + "target_modules")::add);
    // diffusers 0.36 fails without it.
    config.putObject(LoraMetadata.PREFIX + "rank_pattern");
    config.putObject(LoraMetadata.PREFIX + "alpha_pattern");
    return Map.of(LoraMetadata.KEY, config.toString());
  }
}
