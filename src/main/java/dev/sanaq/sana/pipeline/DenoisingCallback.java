package dev.sanaq.sana.pipeline;

import dev.sanaq.torch.ScriptValue;
import java.util.List;

/** What a pass tells of, and asks, as it goes. */
interface DenoisingCallback {
  /** Before each step: those of the images that are to go on, in their order. */
  List<BatchImage> retainActive(List<BatchImage> images);

  /** After each step; the latents are the pass's. */
  void onStepEnd(int done, ScriptValue latents);
}
