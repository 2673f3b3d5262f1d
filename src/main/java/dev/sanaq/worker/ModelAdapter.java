package dev.sanaq.worker;

import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.ModelDefaults.KnownAdapter;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;
import java.util.Optional;

/** Adapts the loaded model to jobs: defaults for requests, and the warm-up. */
public final class ModelAdapter {
  private ModelAdapter() {}

  /** The defaults for fields that a request leaves out. */
  public static ModelDefaults defaults(ModelInfo model) {
    return new ModelDefaults(
        model.name(),
        model.width(),
        model.height(),
        model.steps(),
        model.guidanceScale(),
        List.of(model.guidanceInterval().start(), model.guidanceInterval().stop()),
        model.solver().label(),
        model.solvers().stream().map(SolverKind::label).toList(),
        Optional.of(
            model.adapters().stream()
                .map(
                    adapter ->
                        new KnownAdapter(adapter.name(), adapter.sha256(), adapter.problem()))
                .toList()));
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

  /** Generates one step of the default size: otherwise the first job would be slow. */
  static void warmUp(ImageGenerator generator) {
    ModelInfo model = generator.model();
    GenerationParams params =
        new GenerationParams(
            "warm-up",
            "",
            model.width(),
            model.height(),
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
