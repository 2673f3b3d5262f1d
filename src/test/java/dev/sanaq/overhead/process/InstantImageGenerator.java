package dev.sanaq.overhead.process;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.testing.GradientImageGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An image generator that returns one image at once, without a model. */
public final class InstantImageGenerator implements ImageGenerator {
  public static final int SIDE = 64;
  private static final int MAX_BATCH_IMAGES = 32;
  private static final RgbImage IMAGE = gradientImage();

  @Override
  public ModelInfo model() {
    return GradientImageGenerator.MODEL;
  }

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    return new GenerationResult(
        Collections.nCopies(params.count(), IMAGE), Map.of("denoise", Duration.ZERO));
  }

  @Override
  public List<BatchResult> generateBatch(List<GenerationParams> batch, BatchControl control) {
    List<BatchResult> results = new ArrayList<>();
    batch.forEach(params -> results.add(new BatchResult.Done(generate(params, control))));
    return results;
  }

  @Override
  public void openAdapter(LoraWeight adapter) {}

  @Override
  public int maxBatchImages(BatchKey key) {
    return MAX_BATCH_IMAGES;
  }

  @Override
  public void close() {}

  // A gradient with noise like a photograph's; it compresses to 9 KiB.
  static RgbImage gradientImage() {
    Random noise = new Random(7);
    byte[] samples = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i / (SIDE * 3) + i % (SIDE * 3) / 3 + noise.nextInt(48));
    }
    return new RgbImage(SIDE, SIDE, samples);
  }
}
