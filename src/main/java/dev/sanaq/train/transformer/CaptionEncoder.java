package dev.sanaq.train.transformer;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.List;

/** Provides the caption embeddings of a micro-batch during training. */
public interface CaptionEncoder {
  /**
   * A micro-batch.
   *
   * @param latents (B, C, h, w)
   * @param noise (B, C, h, w)
   * @param sigmas (B)
   * @param captions one caption per row, "" if dropped
   * @param withInstruction (B): which captions follow the complex human instruction
   */
  record MicroBatch(
      ScriptValue latents,
      ScriptValue noise,
      ScriptValue sigmas,
      List<String> captions,
      boolean[] withInstruction) {}

  /** Accumulates the gradients of a micro-batch times its share of the batch; returns the loss. */
  float accumulateGradients(TrainableProgram program, MicroBatch part, double share);

  /** The loss of each row with the averaged weights. */
  float[] losses(TrainableProgram program, MicroBatch part);
}
