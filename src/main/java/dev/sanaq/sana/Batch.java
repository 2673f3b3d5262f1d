package dev.sanaq.sana;

import dev.sanaq.sana.text.Caption;
import java.util.List;
import java.util.function.Function;

/** Drawings of one {@link Shape} on their way together: who is still in, and what came of whom. */
final class Batch {
  private final List<BatchEntry> entries;
  private final BatchProgress progress;

  Batch(List<Drawing> drawings, BatchProgress progress) {
    this.entries = drawings.stream().map(BatchEntry::new).toList();
    this.progress = progress;
  }

  /**
   * The shape that all share.
   *
   * @throws IllegalArgumentException where there is no drawing or one differs
   */
  static Shape shape(List<Drawing> drawings) {
    List<Shape> shapes = drawings.stream().map(Shape::of).distinct().toList();
    if (shapes.size() != 1) {
      throw new IllegalArgumentException(
          "a batch needs drawings of one shape, but these have " + shapes);
    }
    return shapes.get(0);
  }

  /** Encodes the texts. One that cannot be encoded fails its own drawing and no other. */
  void encode(Function<Drawing, List<Caption>> encoder) {
    dropUnwanted();
    for (BatchEntry entry : entries) {
      if (entry.isOpen()) {
        encode(entry, encoder);
      }
    }
  }

  private static void encode(BatchEntry entry, Function<Drawing, List<Caption>> encoder) {
    entry.clock().resume();
    try {
      entry.captions(encoder.apply(entry.drawing()));
    } catch (RuntimeException e) {
      if (Capacity.ranOut(e)) {
        throw e;
      }
      entry.end(new BatchResult.Failed(e));
    }
    entry.clock().charge("text");
  }

  /** Whoever is not wanted any more leaves. */
  void dropUnwanted() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).isOpen() && !progress.wanted(i)) {
        entries.get(i).end(new BatchResult.Dropped());
      }
    }
  }

  /** The pictures still to be drawn, drawing by drawing. */
  List<Picture> undrawn() {
    return entries.stream().flatMap(BatchEntry::undrawn).toList();
  }

  /** What came of each drawing, in their order, once none is left to be drawn. */
  List<BatchResult> results() {
    return entries.stream().map(BatchEntry::result).toList();
  }
}
