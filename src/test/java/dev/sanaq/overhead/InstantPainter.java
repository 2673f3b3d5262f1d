package dev.sanaq.overhead;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchProgress;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.Progress;
import dev.sanaq.sana.Shape;
import dev.sanaq.worker.GradientPainter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A painter that answers at once, with one picture that was there before anybody asked. */
final class InstantPainter implements Painter {
  static final int SIDE = 64;
  private static final int TOGETHER = 32;
  private static final RgbImage PICTURE = picture();

  @Override
  public ModelInfo model() {
    return GradientPainter.MODEL;
  }

  @Override
  public Drawn draw(Drawing drawing, Progress progress) {
    return new Drawn(
        Collections.nCopies(drawing.count(), PICTURE), Map.of("denoise", Duration.ZERO));
  }

  @Override
  public List<BatchResult> drawTogether(List<Drawing> drawings, BatchProgress progress) {
    List<BatchResult> results = new ArrayList<>();
    drawings.forEach(drawing -> results.add(new BatchResult.Done(draw(drawing, progress))));
    return results;
  }

  @Override
  public int picturesTogether(Shape shape) {
    return TOGETHER;
  }

  @Override
  public void close() {}

  // A gradient with the noise of a photograph: what compression makes of it is 9 KiB.
  static RgbImage picture() {
    Random noise = new Random(7);
    byte[] samples = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i / (SIDE * 3) + i % (SIDE * 3) / 3 + noise.nextInt(48));
    }
    return new RgbImage(SIDE, SIDE, samples);
  }
}
