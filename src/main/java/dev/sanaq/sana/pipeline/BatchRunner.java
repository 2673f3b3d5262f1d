package dev.sanaq.sana.pipeline;

import dev.sanaq.image.CoverAndCrop;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.TorchException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Draws a batch's images: as many a pass as memory holds, and where it did not hold them the pass
 * again with half as many.
 */
final class BatchRunner {
  private final Batch batch;
  private final DenoisingLoop denoisingLoop;
  private final LatentDecoder decoder;
  private final BatchSizeEstimator batchSizeEstimator;
  private final BatchControl control;
  private final PipelineProbe probe;
  private int maxImages;
  private int finishedPasses;

  BatchRunner(
      Batch batch,
      DenoisingLoop denoising,
      LatentDecoder decoder,
      BatchSizeEstimator capacity,
      BatchControl progress,
      PipelineProbe observer) {
    this.batch = batch;
    this.denoisingLoop = denoising;
    this.decoder = decoder;
    this.batchSizeEstimator = capacity;
    this.control = progress;
    this.probe = observer;
    this.maxImages = capacity.maxImages(denoising.size(), denoising.guidanceRows());
  }

  /**
   * Draws all that is wanted to the end.
   *
   * @throws DeviceMemoryException where not even one image fits
   */
  void run() {
    List<BatchImage> left = batch.remainingImages();
    if (!left.isEmpty()) {
      control.onProgress(0, totalSteps(left));
    }
    while (!left.isEmpty()) {
      runPass(left.subList(0, Math.min(maxImages, left.size())), totalSteps(left));
      left = batch.remainingImages();
    }
  }

  private int totalSteps(List<BatchImage> left) {
    return (finishedPasses + (left.size() + maxImages - 1) / maxImages) * denoisingLoop.steps();
  }

  private void runPass(List<BatchImage> images, int stepsInAll) {
    Map<BatchImage, float[]> latents;
    try {
      latents = denoise(images, stepsInAll);
    } catch (TorchException | OutOfMemoryError e) {
      if (!BatchSizeEstimator.isOutOfMemory(e)) {
        throw e;
      }
      halveBatch(images, e);
      return;
    }
    finishedPasses++;
    latents.forEach(this::decodeImage);
  }

  /** Everyone in a pass has waited for all of it. */
  private Map<BatchImage, float[]> denoise(List<BatchImage> images, int stepsInAll) {
    Set<BatchEntry> entries = images.stream().map(BatchImage::entry).collect(Collectors.toSet());
    entries.forEach(entry -> entry.timer().start());
    try {
      return denoisingLoop.run(images, callback(stepsInAll));
    } finally {
      entries.forEach(entry -> entry.timer().record("denoise"));
    }
  }

  private DenoisingCallback callback(int stepsInAll) {
    int before = finishedPasses * denoisingLoop.steps();
    return new DenoisingCallback() {
      @Override
      public List<BatchImage> retainActive(List<BatchImage> images) {
        batch.removeCancelled();
        return activeImages(images);
      }

      @Override
      public void onStepEnd(int done, ScriptValue latents) {
        probe.onStepEnd(done, latents);
        control.onProgress(before + done, stepsInAll);
      }
    };
  }

  private static List<BatchImage> activeImages(List<BatchImage> images) {
    return images.stream().filter(image -> image.entry().isOpen()).toList();
  }

  private void halveBatch(List<BatchImage> images, Throwable cause) {
    batchSizeEstimator.releaseCaches();
    int together = activeImages(images).size();
    if (together <= 1) {
      throw new DeviceMemoryException(
          "memory ran out denoising a single image of %s: %s"
              .formatted(denoisingLoop.size(), cause.getMessage()),
          cause);
    }
    maxImages =
        batchSizeEstimator.halveLimit(denoisingLoop.size(), denoisingLoop.guidanceRows(), together);
  }

  private void decodeImage(BatchImage target, float[] latents) {
    batch.removeCancelled();
    if (!target.entry().isOpen()) {
      return;
    }
    GenerationParams drawing = target.entry().params();
    StageTimer clock = target.entry().timer();
    clock.start();
    PlanarFloatImage planes =
        decoder.decode(latents, denoisingLoop.latentShape(), denoisingLoop.size(), probe);
    clock.record("decode");
    ImageSize asked = new ImageSize(drawing.height(), drawing.width());
    RgbImage image = VaePostprocessor.toRgb(CoverAndCrop.resize(planes, asked));
    clock.record("resize");
    target.entry().addImage(image);
  }
}
