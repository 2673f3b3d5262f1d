package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.Checkpoint;

/** Where the transformer's weights begin, and which of them learn. */
public sealed interface StartingPoint {
  /** Random weights; all of the transformer learns, and the text encoder as the phases say. */
  record Fresh() implements StartingPoint {}

  /** A checkpoint's; all of the transformer learns, the text encoder does not. */
  record FineTuning(Checkpoint checkpoint) implements StartingPoint {}

  /** A checkpoint's, of which none changes; an adapter learns. */
  record Adapting(Checkpoint checkpoint, AdapterSettings adapter) implements StartingPoint {}
}
