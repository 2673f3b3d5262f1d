package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainControlNetCommand;

/** {@code train controlnet}, which is not part of the executable. */
@TargetClass(TrainControlNetCommand.class)
final class TrainControlNetCommandSubstitution {
  private TrainControlNetCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }
}
