package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.TorchException;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** The entries of a batch: which of them are still open, and the result of each. */
final class Batch {
  private final List<BatchEntry> entries;
  private final BatchControl control;

  Batch(List<GenerationParams> params, BatchControl control) {
    this.entries = params.stream().map(BatchEntry::new).toList();
    this.control = control;
  }

  /**
   * Loads the adapters and encodes the prompts and images. An entry for which that is not possible
   * fails; the others do not.
   *
   * @param adapters the id of an entry's adapter set
   * @param encoder of prompts
   * @param images encodes the images of a conditioning
   */
  void prepare(
      ToLongFunction<GenerationParams> adapters,
      Function<GenerationParams, List<PromptEmbeds>> encoder,
      Function<Conditioning, ConditioningLatents> images) {
    completeCancelled();
    for (BatchEntry entry : entries) {
      if (entry.isOpen()) {
        prepare(entry, adapters, encoder, images);
      }
    }
  }

  private static void prepare(
      BatchEntry entry,
      ToLongFunction<GenerationParams> adapters,
      Function<GenerationParams, List<PromptEmbeds>> encoder,
      Function<Conditioning, ConditioningLatents> images) {
    entry.timer().start();
    try {
      entry.setAdapterSet(adapters.applyAsLong(entry.params()));
      entry.setPromptEmbeds(encoder.apply(entry.params()));
      entry.timer().record("text");
      if (entry.params().conditioning().hasImage()) {
        entry.setConditioning(images.apply(entry.params().conditioning()));
        entry.timer().record("encode");
      }
    } catch (RuntimeException e) {
      if (DeviceMemory.ranOut(e) || e instanceof TorchException torch && torch.isCudaError()) {
        throw e; // not the fault of prompt or image
      }
      entry.complete(new BatchResult.Failed(e));
    }
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

  /** The index of an entry. */
  int indexOf(BatchEntry entry) {
    return entries.indexOf(entry);
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
