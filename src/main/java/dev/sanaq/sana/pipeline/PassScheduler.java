package dev.sanaq.sana.pipeline;

import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.preview.PreviewSource;
import dev.sanaq.torch.TorchException;
import java.util.List;

/**
 * Splits a batch into passes of as many images as memory holds. A pass that runs out of memory is
 * repeated with half of its images. Reports the progress over all passes.
 */
final class PassScheduler {
  private final GenerationPlan plan;
  private final Batch batch;
  private final BatchControl control;
  private final BatchSizeEstimator estimator;
  private final int controlLayers;
  private int maxImages;
  private int finishedPasses;
  private int totalSteps;

  /**
   * @param controlLayers blocks of the ControlNet that acts; 0 for none
   */
  PassScheduler(
      GenerationPlan plan,
      Batch batch,
      BatchControl control,
      BatchSizeEstimator estimator,
      int controlLayers) {
    this.plan = plan;
    this.batch = batch;
    this.control = control;
    this.estimator = estimator;
    this.controlLayers = controlLayers;
    this.maxImages = estimator.maxImages(plan.size(), plan.guidanceRows(), controlLayers);
  }

  /** Starts the next pass: its images, or none once every entry of the batch has its result. */
  List<BatchImage> next() {
    List<BatchImage> remaining = batch.remainingImages();
    while (!remaining.isEmpty()) {
      boolean isFirst = totalSteps == 0;
      int remainingPasses = (remaining.size() + maxImages - 1) / maxImages;
      totalSteps = (finishedPasses + remainingPasses) * plan.steps();
      if (isFirst) {
        control.onProgress(0, totalSteps);
      }
      List<BatchImage> images =
          batch.retainActive(remaining.subList(0, Math.min(maxImages, remaining.size())));
      if (!images.isEmpty()) {
        images.forEach(image -> image.entry().timer().start());
        return images;
      }
      finishedPasses++;
      remaining = batch.remainingImages();
    }
    return List.of();
  }

  /** Reports a step of the current pass, counted from 1. */
  void onStepEnd(int step, PreviewSource previews) {
    control.onStep(finishedPasses * plan.steps() + step, totalSteps, previews);
  }

  /** Ends the current pass. */
  void complete(List<BatchImage> images) {
    recordTime(images);
    estimator.passSucceeded(plan.size(), plan.guidanceRows(), controlLayers, images.size());
    finishedPasses++;
  }

  /**
   * Makes the next passes half as large, after one ran out of memory.
   *
   * @throws DeviceMemoryException if it had a single image
   * @throws TorchException the given one, if it has another reason
   */
  void retryInHalves(List<BatchImage> images, Throwable failure) {
    recordTime(images);
    if (failure instanceof TorchException e && !e.isOutOfMemory()) {
      throw e;
    }
    estimator.releaseCaches();
    int open = Batch.openImages(images).size();
    if (open <= 1) {
      throw new DeviceMemoryException(
          "memory ran out denoising a single image of %s: %s"
              .formatted(plan.size(), failure.getMessage()),
          failure);
    }
    maxImages = estimator.halveLimit(plan.size(), plan.guidanceRows(), controlLayers, open);
  }

  /** Every entry of a pass waited for the whole pass. */
  private static void recordTime(List<BatchImage> images) {
    images.stream()
        .map(image -> image.entry().timer())
        .distinct()
        .forEach(timer -> timer.record("denoise"));
  }
}
