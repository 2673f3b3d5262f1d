package dev.sanaq.sana.lora;

import dev.sanaq.sana.ModelInfo;

/**
 * A LoRA adapter and its scale.
 *
 * @param name as {@link ModelInfo#adapters} has it
 * @param scale 0 to switch it off, 1 as trained
 * @param sha256 of the adapter's file; empty for whichever file has the name
 */
public record LoraWeight(String name, double scale, String sha256) {
  /** The adapter of that name, whichever file it is. */
  public LoraWeight(String name, double scale) {
    this(name, scale, "");
  }
}
