package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.lora.LoraFile;

/**
 * The weights of a LoRA adapter and their scale.
 *
 * @param adapter the weights
 * @param scale 0 to switch it off, 1 as trained
 */
public record ScaledAdapter(LoraFile adapter, double scale) {}
