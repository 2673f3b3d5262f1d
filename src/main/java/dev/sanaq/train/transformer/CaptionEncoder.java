package dev.sanaq.train.transformer;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.List;

/** How captions reach the transformer while it learns. */
public interface CaptionEncoder {
  /**
   * What is learnt in a part of a batch.
   *
   * @param latents (B, C, h, w)
   * @param noise as the latents
   * @param sigmas (B)
   * @param captions a caption a row, "" for none
   * @param withInstruction which of them stand behind the complex human instruction
   */
  record MicroBatch(
      ScriptValue latents,
      ScriptValue noise,
      ScriptValue sigmas,
      List<String> captions,
      boolean[] withInstruction) {}

  /** Adds the part's gradients times its share of the batch; answers its loss. */
  float accumulateGradients(TrainableProgram learner, MicroBatch part, double share);

  /** Each row's loss by the averaged weights. */
  float[] losses(TrainableProgram learner, MicroBatch part);
}
