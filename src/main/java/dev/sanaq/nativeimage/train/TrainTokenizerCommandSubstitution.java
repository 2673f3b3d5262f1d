package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainTokenizerCommand;

/** {@code train tokenizer}, which is not part of the executable. */
@TargetClass(TrainTokenizerCommand.class)
final class TrainTokenizerCommandSubstitution {
  private TrainTokenizerCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }
}
