package dev.sanaq.nativeimage.train;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.cli.train.TrainEmojiCommand;
import dev.sanaq.train.emoji.EmojiPreparation;
import dev.sanaq.train.emoji.NpmArchive;
import java.nio.file.Path;

/** {@code train emoji}, which is not part of the executable. */
@TargetClass(TrainEmojiCommand.class)
final class TrainEmojiCommandSubstitution {
  private TrainEmojiCommandSubstitution() {}

  @Substitute
  private EmojiPreparation.Summary prepare() {
    throw new TrainerUnavailableException();
  }

  @Substitute
  private static Path fetch(NpmArchive archive, Path folder) {
    throw new TrainerUnavailableException();
  }
}
