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
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.preview.Preview;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An image generator without a model: gradients whose colours depend on the seed and the prompt.
 * Equal parameters give equal images, and every step has previews. It counts its generations.
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
          GuidanceInterval.ALL_STEPS,
          SolverKind.FLOW_DPM,
          Set.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
          List.of(),
          "this processor",
          "fp32");

  private final AtomicInteger generationCount = new AtomicInteger();

  /** Returns how many generations were started. */
  public int generationCount() {
    return generationCount.get();
  }

  @Override
  public ModelInfo model() {
    return MODEL;
  }

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    generationCount.incrementAndGet();
    if (!params.resolutionBinning()
        && (params.width() % MODEL.compression() != 0
            || params.height() % MODEL.compression() != 0)) {
      throw new UnsupportedSizeException(
          "%s x %s: exact sizes are multiples of %s"
              .formatted(params.width(), params.height(), MODEL.compression()));
    }
    for (int step = 0; step <= params.steps(); step++) {
      progress.onProgress(step, params.steps());
    }
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < params.count(); i++) {
      images.add(gradient(params, params.seedOf(i)));
    }
    return new GenerationResult(images, Map.of("denoise", Duration.ofMillis(3)));
  }

  @Override
  public List<BatchResult> generateBatch(List<GenerationParams> batch, BatchControl control) {
    List<BatchResult> results = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      results.add(generateOne(batch.get(i), i, control));
    }
    return results;
  }

  private BatchResult generateOne(GenerationParams params, int index, BatchControl control) {
    ProgressListener progress =
        (done, steps) -> {
          if (done == 0) {
            control.onProgress(done, steps);
          } else {
            control.onStep(
                done, steps, entry -> entry == index ? previews(params, done) : List.of());
          }
          if (!control.shouldContinue(index)) {
            throw new JobCancelledException();
          }
        };
    try {
      return new BatchResult.Done(generate(params, progress));
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
  public boolean hasPreviews() {
    return true;
  }

  /** Two pixels a side, which differ from step to step. */
  private static List<Preview> previews(GenerationParams params, int step) {
    List<Preview> previews = new ArrayList<>();
    for (int i = 0; i < params.count(); i++) {
      previews.add(new Preview(i, gradient(params.withSize(2, 2), params.seed() + i + step)));
    }
    return previews;
  }

  @Override
  public void openAdapter(LoraWeight adapter) {}

  @Override
  public int maxBatchImages(BatchKey key) {
    return 8;
  }

  @Override
  public void close() {}

  private static RgbImage gradient(GenerationParams params, long seed) {
    Random colours = new Random(seed * 31 + params.prompt().hashCode());
    int[] corner = {colours.nextInt(256), colours.nextInt(256), colours.nextInt(256)};
    byte[] samples = new byte[params.width() * params.height() * 3];
    for (int y = 0, i = 0; y < params.height(); y++) {
      for (int x = 0; x < params.width(); x++) {
        for (int channel : corner) {
          samples[i++] = (byte) (channel + x + y);
        }
      }
    }
    return new RgbImage(params.width(), params.height(), samples);
  }
}
