package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainAutoencoderCommand;

/** {@code train autoencoder}, which is not part of the executable. */
@TargetClass(TrainAutoencoderCommand.class)
final class TrainAutoencoderCommandSubstitution {
  private TrainAutoencoderCommandSubstitution() {}

  @Substitute
  public Integer call() {
    throw new TrainerUnavailableException();
  }
}
