package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainTransformerCommand;

/** {@code train transformer}, which is not part of the executable. */
@TargetClass(TrainTransformerCommand.class)
final class TrainTransformerCommandSubstitution {
  private TrainTransformerCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }
}
