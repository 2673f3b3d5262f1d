package dev.sanaq.worker;

import dev.sanaq.image.AspectBins;
import dev.sanaq.image.ImageSize;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.ModelDefaults.KnownAdapter;
import dev.sanaq.job.validation.ModelDefaults.KnownStepCache;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.solver.SolverKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Adapts the loaded model to jobs: defaults for requests, and the warm-up. */
public final class ModelAdapter {
  /** So that a worker on a GPU is not ready much later. */
  private static final Duration MAX_WARM_UP = Duration.ofSeconds(15);

  private ModelAdapter() {}

  /**
   * The defaults for fields that a request leaves out.
   *
   * @param scoresCandidates whether images are selected among candidates
   */
  public static ModelDefaults defaults(ModelInfo model, boolean scoresCandidates) {
    return new ModelDefaults(
        model.name(),
        model.width(),
        model.height(),
        model.steps(),
        model.guidanceScale(),
        List.of(model.guidanceInterval().start(), model.guidanceInterval().stop()),
        model.solver().label(),
        model.solvers().stream().map(SolverKind::label).toList(),
        model.stepCache(),
        Optional.of(
            model.stepCaches().stream()
                .map(
                    cache ->
                        new KnownStepCache(cache.preset(), cache.solver().label(), cache.steps()))
                .toList()),
        Optional.of(
            model.adapters().stream()
                .map(
                    adapter ->
                        new KnownAdapter(adapter.name(), adapter.sha256(), adapter.problem()))
                .toList()),
        scoresCandidates);
  }

  /** The adapters that requests may name, for the worker's status. */
  static List<WorkerStatus.Adapter> reportedAdapters(ModelInfo model) {
    return model.adapters().stream()
        .filter(LoraInfo::isUsable)
        .map(
            adapter ->
                new WorkerStatus.Adapter(
                    adapter.name(), adapter.sha256(), adapter.rank(), adapter.bytes()))
        .toList();
  }

  /**
   * Generates one step of the default size: otherwise the first job would be slow. On a GPU, whose
   * libraries plan each shape on first use, the other published aspects follow, while there is
   * time.
   */
  static void warmUp(ImageGenerator generator) {
    warmUp(generator, MAX_WARM_UP);
  }

  static void warmUp(ImageGenerator generator, Duration maxTime) {
    ModelInfo model = generator.model();
    warmUp(generator, new ImageSize(model.height(), model.width()));
    long end = System.nanoTime() + maxTime.toNanos();
    for (ImageSize size : otherSizes(model)) {
      if (System.nanoTime() > end) {
        return;
      }
      warmUp(generator, size);
    }
  }

  private static List<ImageSize> otherSizes(ModelInfo model) {
    if (!model.device().startsWith("cuda") || model.width() != model.height()) {
      return List.of();
    }
    return AspectBins.forBase(model.width()).stream()
        .flatMap(bins -> bins.sizes().stream())
        .filter(size -> size.width() != model.width() || size.height() != model.height())
        .toList();
  }

  private static void warmUp(ImageGenerator generator, ImageSize size) {
    ModelInfo model = generator.model();
    GenerationParams params =
        new GenerationParams(
            "warm-up",
            "",
            size.width(),
            size.height(),
            1,
            model.guidanceScale(),
            0,
            1,
            model.solver(),
            true,
            true,
            List.of());
    generator.generate(params, ProgressListener.NONE);
  }
}
