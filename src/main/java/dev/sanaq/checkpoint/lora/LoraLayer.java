package dev.sanaq.checkpoint.lora;

import dev.sanaq.checkpoint.safetensors.StoredTensor;
import java.util.Optional;

/**
 * The update of a layer's weight: {@code scale * b a}.
 *
 * @param a (rank, in), for a convolution (rank, in, side, side)
 * @param b (out, rank), for a convolution (out, rank, 1, 1)
 * @param bias (out): {@code scale * bias} is added to the layer's output
 * @param magnitude (out): DoRA's length of each row of the updated weight
 * @param alpha the numerator of the scale
 * @param scale alpha / rank, or alpha / sqrt(rank) if the file is rank-stabilized
 */
public record LoraLayer(
    StoredTensor a,
    StoredTensor b,
    Optional<StoredTensor> bias,
    Optional<StoredTensor> magnitude,
    double alpha,
    double scale) {
  /** The inner width of the two matrices. */
  public int rank() {
    return (int) a.shape()[0];
  }

  /** The number of elements of all tensors. */
  public long elements() {
    long extra = bias.map(StoredTensor::elements).orElse(0L);
    return a.elements() + b.elements() + extra + magnitude.map(StoredTensor::elements).orElse(0L);
  }
}
