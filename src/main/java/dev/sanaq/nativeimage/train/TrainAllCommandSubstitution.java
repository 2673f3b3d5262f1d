package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainAllCommand;

/** {@code train all}, which is not part of the executable. */
@TargetClass(TrainAllCommand.class)
final class TrainAllCommandSubstitution {
  private TrainAllCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }
}
