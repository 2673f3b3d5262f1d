package dev.sanaq.cli.generate;

import dev.sanaq.benchmark.Benchmark;
import dev.sanaq.benchmark.StageTiming;
import dev.sanaq.benchmark.tune.StepCacheMeasurement;
import dev.sanaq.benchmark.tune.StepCacheTuner;
import dev.sanaq.benchmark.tune.TuningSettings;
import dev.sanaq.checkpoint.read.StepCacheFile;
import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.files.AtomicFile;
import dev.sanaq.files.FileErrors;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code benchmark --tune-cache}: finds the presets of the model's step cache. */
final class TuneCacheOptions {
  @Option(
      names = "--tune-cache",
      description =
          "Instead find the steps that the step cache skips, by a search with many images, write"
              + " them to step_cache.json in the model's folder, and measure them.")
  private boolean tuneCache;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = "With --tune-cache: a prompt on each line (default: five of the benchmark).")
  private @Nullable Path prompts;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "With --tune-cache: images that the search looks at, and as many others to measure"
              + " (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "With --tune-cache: also the CLIP score, of a model as train evaluate takes it.")
  private @Nullable Path clip;

  /** Whether to tune instead of the benchmark. */
  boolean isSet() {
    return tuneCache;
  }

  /**
   * What to tune.
   *
   * @throws IllegalArgumentException naming the invalid option
   */
  TuningSettings settings(int width, int height, int steps) throws IOException {
    return new TuningSettings(readPrompts(), images, width, height, steps);
  }

  private List<String> readPrompts() throws IOException {
    if (prompts == null) {
      return Benchmark.prompts();
    }
    return FileErrors.readAllLines(prompts).stream().filter(line -> !line.isBlank()).toList();
  }

  /**
   * Searches the presets, writes them to the model's folder, and measures them.
   *
   * @param runs timed images of each preset
   * @return a line for the image without a step cache, then one for each preset
   */
  List<StageTiming> run(ImageGenerator generator, Path model, TuningSettings settings, int runs)
      throws IOException {
    List<StepCacheSchedule> found;
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      found =
          new StepCacheTuner(
                  generator, settings, (done, total) -> bar.show("tune cache", done, total))
              .search();
    }
    if (clip == null) {
      return measure(generator, model, settings, runs, found, Optional.empty());
    }
    try (ClipModel scorer = ClipModel.open(clip)) {
      return measure(generator, model, settings, runs, found, Optional.of(scorer::score));
    }
  }

  private static List<StageTiming> measure(
      ImageGenerator generator,
      Path model,
      TuningSettings settings,
      int runs,
      List<StepCacheSchedule> found,
      Optional<ToDoubleBiFunction<RgbImage, String>> scorer)
      throws IOException {
    StepCacheMeasurement measurement = new StepCacheMeasurement(generator, settings, runs, scorer);
    List<StepCacheSchedule> presets = measurement.measureDistances(found);
    AtomicFile.write(
        model.resolve(StepCacheFile.FILE), StepCacheFile.read(model).with(presets).toJson());
    return measurement.measureTimes(presets);
  }
}
