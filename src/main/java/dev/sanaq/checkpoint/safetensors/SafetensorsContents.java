package dev.sanaq.checkpoint.safetensors;

import java.util.Map;

/**
 * The header of a safetensors file.
 *
 * @param tensors in the order of their data
 * @param metadata the strings of {@code __metadata__}; empty without it
 */
public record SafetensorsContents(
    Map<String, StoredTensor> tensors, Map<String, String> metadata) {}
