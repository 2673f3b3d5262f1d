package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.safetensors.TensorIndex;

/**
 * One network's weights.
 *
 * @param files what lies in its folder
 * @param variant which of it was opened, empty for the plain files
 * @param tensors the tensors
 */
record OpenedWeights(WeightFileNames files, String variant, TensorIndex tensors) {}
