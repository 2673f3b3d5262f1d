package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainEvaluateCommand;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.Evaluation;
import dev.sanaq.train.loop.TrainingProgress;
import java.nio.file.Path;
import java.util.Map;

/** {@code train evaluate}, which is not part of the executable. */
@TargetClass(TrainEvaluateCommand.class)
final class TrainEvaluateCommandSubstitution {
  private TrainEvaluateCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }

  @Substitute
  private void evaluateHeldOut(Evaluation evaluation, Path list) {
    throw new TrainerUnavailableException();
  }

  @Substitute
  private Map<String, Object> evaluateCaptions(
      DevicePlacement placement, TrainingProgress progress, Path list) {
    throw new TrainerUnavailableException();
  }
}
