package dev.sanaq.sana;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.text.Caption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One drawing of a batch: its captions, and what has come of it so far. */
final class BatchEntry {
  private final Drawing drawing;
  private final StageClock clock = new StageClock();
  private final List<RgbImage> images = new ArrayList<>();
  private List<Caption> captions = List.of();
  private Optional<BatchResult> result = Optional.empty();

  BatchEntry(Drawing drawing) {
    this.drawing = drawing;
  }

  Drawing drawing() {
    return drawing;
  }

  StageClock clock() {
    return clock;
  }

  /** One under each guidance half: without the prompt first. */
  List<Caption> captions() {
    return captions;
  }

  void captions(List<Caption> encoded) {
    captions = encoded;
  }

  /** Whether there is anything left to do for it. */
  boolean isOpen() {
    return result.isEmpty();
  }

  /** Its pictures that are still to be drawn; none once it has ended. */
  Stream<Picture> undrawn() {
    return isOpen()
        ? IntStream.range(images.size(), drawing.count()).mapToObj(i -> new Picture(this, i))
        : Stream.empty();
  }

  /** Its next picture is finished; with the last one it has ended. */
  void add(RgbImage image) {
    images.add(image);
    if (images.size() == drawing.count()) {
      end(new BatchResult.Done(new Drawn(List.copyOf(images), clock.spent())));
    }
  }

  /** It ends without its pictures. */
  void end(BatchResult with) {
    result = Optional.of(with);
  }

  BatchResult result() {
    return result.orElseThrow();
  }
}
