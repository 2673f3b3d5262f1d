package dev.sanaq.train;

import dev.sanaq.torch.Value;
import java.util.List;

/** How captions reach the transformer while it learns. */
interface CaptionSource {
  /**
   * What is learnt in a part of a batch.
   *
   * @param latents (B, C, h, w)
   * @param noise as the latents
   * @param sigmas (B)
   * @param texts a caption a row, "" for none
   * @param instructed which of them stand behind the complex human instruction
   */
  record Part(Value latents, Value noise, Value sigmas, List<String> texts, boolean[] instructed) {}

  /** Adds the part's gradients times its share of the batch; answers its loss. */
  float gradients(Learner learner, Part part, double share);

  /** Each row's loss by the averaged weights. */
  float[] losses(Learner learner, Part part);
}
