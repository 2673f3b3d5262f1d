package dev.sanaq.sana.lora;

import dev.sanaq.sana.ModelInfo;

/**
 * A LoRA adapter and its scale.
 *
 * @param name as {@link ModelInfo#adapters} has it
 * @param scale 0 to switch it off, 1 as trained
 */
public record LoraWeight(String name, double scale) {}
