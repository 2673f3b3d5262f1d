package dev.sanaq.sana;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.NotANumberException;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Says why an image is not a number: the checkpoint's weights are none, or a network overflowed.
 * Reading all weights takes seconds, so they are read at the first such image and not before. One
 * thread at a time.
 */
public final class OverflowDiagnosis {
  private final Checkpoint checkpoint;
  private final DevicePlacement placement;
  private @Nullable String cause;

  /**
   * The diagnosis of a model's images.
   *
   * @param placement the precision that the model runs in
   */
  public OverflowDiagnosis(Checkpoint checkpoint, DevicePlacement placement) {
    this.checkpoint = checkpoint;
    this.placement = placement;
  }

  /** The failure with its cause in the message. */
  public IllegalArgumentException explain(NotANumberException failure) {
    if (cause == null) {
      cause = findCause();
    }
    return new IllegalArgumentException(failure.getMessage() + ": " + cause, failure);
  }

  private String findCause() {
    try {
      checkpoint.requireFiniteWeights();
    } catch (CheckpointException e) {
      return "the model's weights are not numbers: " + e.getMessage();
    }
    return placement.precision() == Precision.FP16
        ? "the network overflowed in fp16; use a precision of wider range (bf16, fp32)"
        : "the network overflowed; use a smaller guidance scale, or smaller scales of the adapters";
  }
}
