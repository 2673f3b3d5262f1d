package dev.sanaq.benchmark.tune;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.solver.StepCache;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The images that a step cache is judged by: those without it, and the same prompts and seeds with
 * it. One thread.
 */
final class TuningImages {
  private final ImageGenerator generator;
  private final List<GenerationParams> params;
  private final List<RgbImage> full;

  private TuningImages(ImageGenerator generator, List<GenerationParams> params) {
    this.generator = generator;
    this.params = params;
    this.full = generate(params);
  }

  /**
   * Generates the images without a step cache.
   *
   * @param first the number of the first image, which decides its prompt and its seed
   * @param stride between the numbers
   */
  static TuningImages of(ImageGenerator generator, TuningSettings settings, int first, int stride) {
    List<GenerationParams> params =
        IntStream.range(0, settings.images())
            .mapToObj(i -> params(generator.model(), settings, first + i * stride))
            .toList();
    return new TuningImages(generator, params);
  }

  private static GenerationParams params(ModelInfo model, TuningSettings settings, int number) {
    return new GenerationParams(
            settings.prompts().get(number % settings.prompts().size()),
            "",
            settings.width(),
            settings.height(),
            settings.steps(),
            model.guidanceScale(),
            number,
            1,
            model.solver(),
            false,
            true,
            List.of())
        .withGuidanceInterval(model.guidanceInterval());
  }

  /** The parameters of each image, without a step cache. */
  List<GenerationParams> params() {
    return params;
  }

  /** The images without a step cache. */
  List<RgbImage> full() {
    return full;
  }

  /** The same images with a step cache. */
  List<RgbImage> withCache(StepCache cache) {
    return generate(params.stream().map(one -> one.withStepCache(cache)).toList());
  }

  /** The same images in another number of steps. */
  List<RgbImage> inSteps(int steps) {
    return generate(params.stream().map(one -> one.withSteps(steps)).toList());
  }

  /** The mean distance of these images to those without a step cache, in levels of 255. */
  double distance(List<RgbImage> images) {
    return IntStream.range(0, images.size())
        .mapToDouble(i -> distance(images.get(i), full.get(i)))
        .average()
        .orElseThrow();
  }

  /** The mean absolute difference of two images of one size, in levels of 255. */
  static double distance(RgbImage one, RgbImage other) {
    long sum = 0;
    for (int i = 0; i < one.samples().length; i++) {
      sum += Math.abs((one.samples()[i] & 0xFF) - (other.samples()[i] & 0xFF));
    }
    return (double) sum / one.samples().length;
  }

  private List<RgbImage> generate(List<GenerationParams> batch) {
    List<RgbImage> images = new ArrayList<>();
    for (BatchResult result :
        generator.generateBatch(batch, BatchControl.reportingTo(ProgressListener.NONE))) {
      if (result instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
      images.addAll(((BatchResult.Done) result).result().images());
    }
    return images;
  }
}
