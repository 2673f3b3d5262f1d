package dev.sanaq.sana.lora;

import dev.sanaq.sana.ModelInfo;

/**
 * An adapter to draw with.
 *
 * @param name as {@link ModelInfo#adapters} has it
 * @param scale 0 for nothing of it, 1 for what was learnt
 */
public record LoraWeight(String name, double scale) {}
