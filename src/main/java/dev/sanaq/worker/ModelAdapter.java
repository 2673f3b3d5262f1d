package dev.sanaq.worker;

import dev.sanaq.job.ModelDefaults;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;
import java.util.Optional;

/** The loaded model in the words of jobs. */
public final class ModelAdapter {
  private ModelAdapter() {}

  /** What a request gets that does not say otherwise. */
  public static ModelDefaults defaults(ModelInfo model) {
    return new ModelDefaults(
        model.name(),
        model.width(),
        model.height(),
        model.steps(),
        model.guidanceScale(),
        model.solver().label(),
        model.solvers().stream().map(SolverKind::label).toList(),
        Optional.of(model.adapters().stream().sorted().toList()));
  }

  /** Draws as little as the default size allows, so that the first job does not pay for it. */
  static void warmUp(ImageGenerator painter) {
    ModelInfo model = painter.model();
    GenerationParams drawing =
        new GenerationParams(
            "warming up",
            "",
            model.width(),
            model.height(),
            1,
            model.guidanceScale(),
            0,
            1,
            model.solver(),
            true,
            true, List.of());
    painter.generate(drawing, ProgressListener.NONE);
  }
}
