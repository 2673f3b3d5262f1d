package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.safetensors.TensorIndex;

/**
 * One network's weight files.
 *
 * @param files of its folder
 * @param variant the opened one; may be empty
 * @param tensors the tensors
 */
record OpenedWeights(WeightFileNames files, String variant, TensorIndex tensors) {}
