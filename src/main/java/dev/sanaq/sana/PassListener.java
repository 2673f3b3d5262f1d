package dev.sanaq.sana;

import dev.sanaq.torch.Value;
import java.util.List;

/** What a pass tells of, and asks, as it goes. */
interface PassListener {
  /** Before each step: those of the pictures that are to go on, in their order. */
  List<Picture> wanted(List<Picture> pictures);

  /** After each step; the latents are the pass's. */
  void stepped(int done, Value latents);
}
