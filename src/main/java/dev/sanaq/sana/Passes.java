package dev.sanaq.sana;

import dev.sanaq.image.Pixels;
import dev.sanaq.image.Planes;
import dev.sanaq.image.Resize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.Size;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Draws a batch's pictures: as many a pass as memory holds, and where it did not hold them the pass
 * again with half as many.
 */
final class Passes {
  private final Batch batch;
  private final Denoising denoising;
  private final PictureDecoder decoder;
  private final Capacity capacity;
  private final BatchProgress progress;
  private final Observer observer;
  private int most;
  private int ended;

  Passes(
      Batch batch,
      Denoising denoising,
      PictureDecoder decoder,
      Capacity capacity,
      BatchProgress progress,
      Observer observer) {
    this.batch = batch;
    this.denoising = denoising;
    this.decoder = decoder;
    this.capacity = capacity;
    this.progress = progress;
    this.observer = observer;
    this.most = capacity.pictures(denoising.size(), denoising.halves());
  }

  /**
   * Draws all that is wanted to the end.
   *
   * @throws OutOfMemoryException where not even one picture fits
   */
  void run() {
    List<Picture> left = batch.undrawn();
    if (!left.isEmpty()) {
      progress.stepped(0, stepsInAll(left));
    }
    while (!left.isEmpty()) {
      pass(left.subList(0, Math.min(most, left.size())), stepsInAll(left));
      left = batch.undrawn();
    }
  }

  private int stepsInAll(List<Picture> left) {
    return (ended + (left.size() + most - 1) / most) * denoising.steps();
  }

  private void pass(List<Picture> pictures, int stepsInAll) {
    Map<Picture, float[]> latents;
    try {
      latents = denoise(pictures, stepsInAll);
    } catch (TorchException | OutOfMemoryError e) {
      if (!Capacity.ranOut(e)) {
        throw e;
      }
      halve(pictures, e);
      return;
    }
    ended++;
    latents.forEach(this::finish);
  }

  /** Everyone in a pass has waited for all of it. */
  private Map<Picture, float[]> denoise(List<Picture> pictures, int stepsInAll) {
    Set<BatchEntry> entries = pictures.stream().map(Picture::entry).collect(Collectors.toSet());
    entries.forEach(entry -> entry.clock().resume());
    try {
      return denoising.run(pictures, listener(stepsInAll));
    } finally {
      entries.forEach(entry -> entry.clock().charge("denoise"));
    }
  }

  private PassListener listener(int stepsInAll) {
    int before = ended * denoising.steps();
    return new PassListener() {
      @Override
      public List<Picture> wanted(List<Picture> pictures) {
        batch.dropUnwanted();
        return open(pictures);
      }

      @Override
      public void stepped(int done, Value latents) {
        observer.stepped(done, latents);
        progress.stepped(before + done, stepsInAll);
      }
    };
  }

  private static List<Picture> open(List<Picture> pictures) {
    return pictures.stream().filter(picture -> picture.entry().isOpen()).toList();
  }

  private void halve(List<Picture> pictures, Throwable cause) {
    capacity.releaseCaches();
    int together = open(pictures).size();
    if (together <= 1) {
      throw new OutOfMemoryException(
          "memory ran out denoising a single picture of %s: %s"
              .formatted(denoising.size(), cause.getMessage()),
          cause);
    }
    most = capacity.halve(denoising.size(), denoising.halves(), together);
  }

  private void finish(Picture picture, float[] latents) {
    batch.dropUnwanted();
    if (!picture.entry().isOpen()) {
      return;
    }
    Drawing drawing = picture.entry().drawing();
    StageClock clock = picture.entry().clock();
    clock.resume();
    Planes planes = decoder.decode(latents, denoising.latentShape(), denoising.size(), observer);
    clock.charge("decode");
    Size asked = new Size(drawing.height(), drawing.width());
    RgbImage image = Pixels.toRgb(Resize.coverAndCrop(planes, asked));
    clock.charge("resize");
    picture.entry().add(image);
  }
}
