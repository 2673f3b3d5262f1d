package dev.sanaq.train.config;

import dev.sanaq.checkpoint.read.Checkpoint;
import java.util.Optional;

/** The transformer's initial weights, and which weights are trained. */
public sealed interface StartingPoint {
  /** Random weights; trains the transformer, and the text encoder as the phases say. */
  record FromScratch() implements StartingPoint {
    @Override
    public Optional<Checkpoint> base() {
      return Optional.empty();
    }
  }

  /** A checkpoint's weights; trains the transformer, the text encoder is frozen. */
  record FineTune(Checkpoint checkpoint) implements StartingPoint {
    @Override
    public Optional<Checkpoint> base() {
      return Optional.of(checkpoint);
    }
  }

  /** A checkpoint's weights, all frozen; trains a LoRA adapter. */
  record Lora(Checkpoint checkpoint, LoraConfig config) implements StartingPoint {
    @Override
    public Optional<Checkpoint> base() {
      return Optional.of(checkpoint);
    }
  }

  /** The checkpoint that training starts from; empty for random weights. */
  Optional<Checkpoint> base();
}
