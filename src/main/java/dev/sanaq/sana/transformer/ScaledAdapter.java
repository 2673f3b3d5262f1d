package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.lora.LoraFile;

/**
 * An adapter and how much of it.
 *
 * @param adapter the adapter
 * @param scale 0 for nothing of it, 1 for what was learnt
 */
public record ScaledAdapter(LoraFile adapter, double scale) {}
