package dev.sanaq.train.config;

import dev.sanaq.checkpoint.read.Checkpoint;

/** Where the transformer's weights begin, and which of them learn. */
public sealed interface StartingPoint {
  /** Random weights; all of the transformer learns, and the text encoder as the phases say. */
  record FromScratch() implements StartingPoint {}

  /** A checkpoint's; all of the transformer learns, the text encoder does not. */
  record FineTune(Checkpoint checkpoint) implements StartingPoint {}

  /** A checkpoint's, of which none changes; an adapter learns. */
  record Lora(Checkpoint checkpoint, LoraConfig config) implements StartingPoint {}
}
