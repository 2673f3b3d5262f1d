package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.text.PromptEmbeds;
import java.util.List;
import java.util.function.Function;

/**
 * Drawings of one {@link BatchKey} on their way together: who is still in, and what came of whom.
 */
final class Batch {
  private final List<BatchEntry> entries;
  private final BatchControl control;

  Batch(List<GenerationParams> drawings, BatchControl progress) {
    this.entries = drawings.stream().map(BatchEntry::new).toList();
    this.control = progress;
  }

  /**
   * The shape that all share.
   *
   * @throws IllegalArgumentException where there is no drawing or one differs
   */
  static BatchKey commonKey(List<GenerationParams> drawings) {
    List<BatchKey> shapes = drawings.stream().map(BatchKey::of).distinct().toList();
    if (shapes.size() != 1) {
      throw new IllegalArgumentException(
          "a batch needs drawings of one shape, but these have " + shapes);
    }
    return shapes.get(0);
  }

  /** Encodes the texts. One that cannot be encoded fails its own drawing and no other. */
  void encode(Function<GenerationParams, List<PromptEmbeds>> encoder) {
    removeCancelled();
    for (BatchEntry entry : entries) {
      if (entry.isOpen()) {
        encode(entry, encoder);
      }
    }
  }

  private static void encode(
      BatchEntry entry, Function<GenerationParams, List<PromptEmbeds>> encoder) {
    entry.timer().start();
    try {
      entry.setPromptEmbeds(encoder.apply(entry.params()));
    } catch (RuntimeException e) {
      if (BatchSizeEstimator.isOutOfMemory(e)) {
        throw e;
      }
      entry.complete(new BatchResult.Failed(e));
    }
    entry.timer().record("text");
  }

  /** Whoever is not wanted any more leaves. */
  void removeCancelled() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).isOpen() && !control.shouldContinue(i)) {
        entries.get(i).complete(new BatchResult.Cancelled());
      }
    }
  }

  /** The images still to be drawn, drawing by drawing. */
  List<BatchImage> remainingImages() {
    return entries.stream().flatMap(BatchEntry::remainingImages).toList();
  }

  /** What came of each drawing, in their order, once none is left to be drawn. */
  List<BatchResult> results() {
    return entries.stream().map(BatchEntry::result).toList();
  }
}
