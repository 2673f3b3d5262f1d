package dev.sanaq.testing;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.solver.SolverKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real painter that needs no model: gradients whose colours come from the seed and the prompt.
 * Same drawing, same image; it counts how often it was asked.
 */
public class GradientImageGenerator implements ImageGenerator {
  public static final ModelInfo MODEL =
      new ModelInfo(
          "gradient",
          32,
          64,
          64,
          4,
          4.5,
          SolverKind.FLOW_DPM,
          Set.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
          Set.of(),
          "this processor",
          "fp32");

  private final AtomicInteger generationCount = new AtomicInteger();

  /** How many drawings began. */
  public int generationCount() {
    return generationCount.get();
  }

  @Override
  public ModelInfo model() {
    return MODEL;
  }

  @Override
  public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
    generationCount.incrementAndGet();
    if (!drawing.resolutionBinning()
        && (drawing.width() % MODEL.compression() != 0
            || drawing.height() % MODEL.compression() != 0)) {
      throw new UnsupportedSizeException(
          "%d x %d: exact sizes are multiples of %d"
              .formatted(drawing.width(), drawing.height(), MODEL.compression()));
    }
    for (int step = 0; step <= drawing.steps(); step++) {
      progress.onProgress(step, drawing.steps());
    }
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < drawing.count(); i++) {
      images.add(gradient(drawing, drawing.seed() + i));
    }
    return new GenerationResult(images, Map.of("denoise", Duration.ofMillis(3)));
  }

  @Override
  public List<BatchResult> generateBatch(List<GenerationParams> drawings, BatchControl progress) {
    List<BatchResult> results = new ArrayList<>();
    for (int i = 0; i < drawings.size(); i++) {
      results.add(generateOne(drawings.get(i), i, progress));
    }
    return results;
  }

  private BatchResult generateOne(GenerationParams drawing, int place, BatchControl progress) {
    ProgressListener still =
        (done, steps) -> {
          progress.onProgress(done, steps);
          if (!progress.shouldContinue(place)) {
            throw new JobCancelledException();
          }
        };
    try {
      return new BatchResult.Done(generate(drawing, still));
    } catch (JobCancelledException e) {
      return new BatchResult.Cancelled();
    } catch (UnsupportedSizeException | DeviceMemoryException e) {
      throw e;
    } catch (RuntimeException e) {
      return new BatchResult.Failed(e);
    }
  }

  private static final class JobCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public int maxBatchImages(BatchKey shape) {
    return 8;
  }

  @Override
  public void close() {}

  private static RgbImage gradient(GenerationParams drawing, long seed) {
    Random colours = new Random(seed * 31 + drawing.prompt().hashCode());
    int[] corner = {colours.nextInt(256), colours.nextInt(256), colours.nextInt(256)};
    byte[] samples = new byte[drawing.width() * drawing.height() * 3];
    for (int y = 0, at = 0; y < drawing.height(); y++) {
      for (int x = 0; x < drawing.width(); x++) {
        for (int channel : corner) {
          samples[at++] = (byte) (channel + x + y);
        }
      }
    }
    return new RgbImage(drawing.width(), drawing.height(), samples);
  }
}
