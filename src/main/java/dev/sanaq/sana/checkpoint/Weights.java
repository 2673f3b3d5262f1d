package dev.sanaq.sana.checkpoint;

/**
 * One network's weights.
 *
 * @param files what lies in its folder
 * @param variant which of it was opened, empty for the plain files
 * @param tensors the tensors
 */
record Weights(WeightFiles files, String variant, Tensors tensors) {}
