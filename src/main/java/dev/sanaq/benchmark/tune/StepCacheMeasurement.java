package dev.sanaq.benchmark.tune;

import dev.sanaq.benchmark.StageTiming;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Measures the presets of a step cache with images that the search has not seen: their distance to
 * those without it, and the time of an image, interleaved with that of one without it. One thread.
 */
public final class StepCacheMeasurement {
  private final ImageGenerator generator;
  private final TuningImages images;
  private final int runs;
  private final Optional<ToDoubleBiFunction<RgbImage, String>> clip;

  /**
   * A measurement of a loaded model.
   *
   * @param runs timed images of each preset
   * @param clip the CLIP score of an image and its prompt, if there is a model for it
   */
  public StepCacheMeasurement(
      ImageGenerator generator,
      TuningSettings settings,
      int runs,
      Optional<ToDoubleBiFunction<RgbImage, String>> clip) {
    this.generator = generator;
    this.images = TuningImages.of(generator, settings, 1, 2);
    this.runs = runs;
    this.clip = clip;
  }

  /** The same presets with the distances of these images. */
  public List<StepCacheSchedule> measureDistances(List<StepCacheSchedule> presets) {
    return presets.stream()
        .map(
            preset ->
                new StepCacheSchedule(
                    preset.preset(),
                    preset.solver(),
                    preset.steps(),
                    preset.cachedSteps(),
                    preset.order(),
                    images.distance(images.withCache(preset.cache()))))
        .toList();
  }

  /**
   * Times the presets: a line for the image without a step cache, then one for each preset, with
   * the ratio of the times and the distance of images in as many plain steps as the preset
   * evaluates.
   */
  public List<StageTiming> measureTimes(List<StepCacheSchedule> presets) {
    List<StepCache> caches = new ArrayList<>(List.of(StepCache.NONE));
    presets.forEach(preset -> caches.add(preset.cache()));
    double[][] image = new double[caches.size()][runs];
    double[][] denoise = new double[caches.size()][runs];
    generate(0, StepCache.NONE);
    for (int run = 0; run < runs; run++) {
      for (int i = 0; i < caches.size(); i++) {
        long started = System.nanoTime();
        GenerationResult result = generate(run, caches.get(i));
        image[i][run] = (System.nanoTime() - started) / 1e9;
        denoise[i][run] = Objects.requireNonNull(result.timings().get("denoise")).toNanos() / 1e9;
      }
    }
    List<StageTiming> lines = new ArrayList<>();
    for (int i = 0; i < caches.size(); i++) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("denoise_seconds", median(denoise[i]));
      if (i > 0) {
        fields.put("ratio", median(image[0]) / median(image[i]));
        fields.put("denoise_ratio", median(denoise[0]) / median(denoise[i]));
        addQuality(fields, presets.get(i - 1));
      } else {
        addClipScore(fields, images.full());
      }
      String name = i == 0 ? StepCache.NO_PRESET : presets.get(i - 1).preset();
      lines.add(new StageTiming("image, step cache " + name, median(image[i]), fields));
    }
    return lines;
  }

  private void addQuality(Map<String, Object> fields, StepCacheSchedule preset) {
    int evaluated = preset.steps() - preset.cachedSteps().size();
    List<RgbImage> cached = images.withCache(preset.cache());
    fields.put("steps", preset.steps());
    fields.put("evaluated_steps", evaluated);
    fields.put("cached_steps", preset.cachedSteps());
    fields.put("distance", images.distance(cached));
    fields.put("distance_of_fewer_steps", images.distance(images.inSteps(evaluated)));
    addClipScore(fields, cached);
  }

  private void addClipScore(Map<String, Object> fields, List<RgbImage> of) {
    clip.ifPresent(
        scorer ->
            fields.put(
                "clip_score",
                IntStream.range(0, of.size())
                    .mapToDouble(
                        i -> scorer.applyAsDouble(of.get(i), images.params().get(i).prompt()))
                    .average()
                    .orElseThrow()));
  }

  private GenerationResult generate(int run, StepCache cache) {
    GenerationParams params = images.params().get(run % images.params().size());
    return generator.generate(params.withStepCache(cache), ProgressListener.NONE);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
