package dev.sanaq.sana.pipeline;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.text.PromptEmbeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One entry of a batch: its parameters, prompt embeddings, finished images, and result. */
final class BatchEntry {
  private final GenerationParams params;
  private final StageTimer timer = new StageTimer();
  private final List<RgbImage> images = new ArrayList<>();
  private List<PromptEmbeds> promptEmbeds = List.of();
  private ConditioningLatents conditioning = ConditioningLatents.NONE;
  private long adapterSet;
  private Optional<BatchResult> result = Optional.empty();

  BatchEntry(GenerationParams params) {
    this.params = params;
  }

  GenerationParams params() {
    return params;
  }

  StageTimer timer() {
    return timer;
  }

  /** One for each guidance row: under classifier-free guidance the negative prompt first. */
  List<PromptEmbeds> promptEmbeds() {
    return promptEmbeds;
  }

  void setPromptEmbeds(List<PromptEmbeds> embeds) {
    promptEmbeds = embeds;
  }

  /** Its encoded images. */
  ConditioningLatents conditioning() {
    return conditioning;
  }

  void setConditioning(ConditioningLatents latents) {
    conditioning = latents;
  }

  /** The id of its adapter set in the transformer. */
  long adapterSet() {
    return adapterSet;
  }

  void setAdapterSet(long id) {
    adapterSet = id;
  }

  /** Whether it has no result yet. */
  boolean isOpen() {
    return result.isEmpty();
  }

  int finishedImages() {
    return images.size();
  }

  /** Adds its next image; the last one completes the entry. */
  void addImage(RgbImage image) {
    images.add(image);
    if (images.size() == params.count()) {
      complete(new BatchResult.Done(new GenerationResult(List.copyOf(images), timer.totals())));
    }
  }

  void complete(BatchResult with) {
    result = Optional.of(with);
  }

  BatchResult result() {
    return result.orElseThrow();
  }
}
