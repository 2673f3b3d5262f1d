package dev.sanaq.sana.pipeline;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.text.PromptEmbeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One drawing of a batch: its captions, and what has come of it so far. */
final class BatchEntry {
  private final GenerationParams params;
  private final StageTimer timer = new StageTimer();
  private final List<RgbImage> images = new ArrayList<>();
  private List<PromptEmbeds> promptEmbeds = List.of();
  private Optional<BatchResult> result = Optional.empty();

  BatchEntry(GenerationParams drawing) {
    this.params = drawing;
  }

  GenerationParams params() {
    return params;
  }

  StageTimer timer() {
    return timer;
  }

  /** One under each guidance half: without the prompt first. */
  List<PromptEmbeds> promptEmbeds() {
    return promptEmbeds;
  }

  void setPromptEmbeds(List<PromptEmbeds> encoded) {
    promptEmbeds = encoded;
  }

  /** Whether there is anything left to do for it. */
  boolean isOpen() {
    return result.isEmpty();
  }

  /** Its images that are still to be drawn; none once it has ended. */
  Stream<BatchImage> remainingImages() {
    return isOpen()
        ? IntStream.range(images.size(), params.count()).mapToObj(i -> new BatchImage(this, i))
        : Stream.empty();
  }

  /** Its next image is finished; with the last one it has ended. */
  void addImage(RgbImage image) {
    images.add(image);
    if (images.size() == params.count()) {
      complete(new BatchResult.Done(new GenerationResult(List.copyOf(images), timer.totals())));
    }
  }

  /** It ends without its images. */
  void complete(BatchResult with) {
    result = Optional.of(with);
  }

  BatchResult result() {
    return result.orElseThrow();
  }
}
