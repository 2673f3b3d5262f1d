package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.DeviceMemory;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The entries of a batch: which of them are still open, and the result of each. */
final class Batch {
  private final List<BatchEntry> entries;
  private final BatchControl control;

  Batch(List<GenerationParams> params, BatchControl control) {
    this.entries = params.stream().map(BatchEntry::new).toList();
    this.control = control;
  }

  /** Encodes the prompts. A prompt that cannot be encoded fails only its own entry. */
  void encodePrompts(Function<GenerationParams, List<PromptEmbeds>> encoder) {
    completeCancelled();
    for (BatchEntry entry : entries) {
      if (entry.isOpen()) {
        encodePrompts(entry, encoder);
      }
    }
  }

  private static void encodePrompts(
      BatchEntry entry, Function<GenerationParams, List<PromptEmbeds>> encoder) {
    entry.timer().start();
    try {
      entry.setPromptEmbeds(encoder.apply(entry.params()));
    } catch (RuntimeException e) {
      if (DeviceMemory.ranOut(e)) {
        throw e;
      }
      entry.complete(new BatchResult.Failed(e));
    }
    entry.timer().record("text");
  }

  /** Completes the entries that were cancelled, and returns the images of the open ones. */
  List<BatchImage> retainActive(List<BatchImage> images) {
    completeCancelled();
    return openImages(images);
  }

  private void completeCancelled() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).isOpen() && !control.shouldContinue(i)) {
        entries.get(i).complete(new BatchResult.Cancelled());
      }
    }
  }

  /** Those of the images whose entry is open. */
  static List<BatchImage> openImages(List<BatchImage> images) {
    return images.stream().filter(image -> image.entry().isOpen()).toList();
  }

  /** The images of open entries that are not finished, entry by entry. */
  List<BatchImage> remainingImages() {
    return entries.stream()
        .filter(BatchEntry::isOpen)
        .flatMap(
            entry ->
                IntStream.range(entry.finishedImages(), entry.params().count())
                    .mapToObj(i -> new BatchImage(entry, i)))
        .toList();
  }

  /** The result of each entry, in order; only when no image remains. */
  List<BatchResult> results() {
    return entries.stream().map(BatchEntry::result).toList();
  }
}
