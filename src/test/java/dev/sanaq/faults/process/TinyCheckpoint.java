package dev.sanaq.faults.process;

import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.checkpoint.RandomCheckpointSpec;
import java.nio.file.Path;

/** A checkpoint with the smallest Sana model: an image of 32 pixels takes milliseconds. */
public final class TinyCheckpoint {
  private static final RandomCheckpointSpec.Size SIZE =
      new RandomCheckpointSpec.Size(8, 1, 2, 8, 2, 8, 8, 1);

  private TinyCheckpoint() {}

  /** Writes the checkpoint with random weights and returns its folder. */
  public static Path write(Path folder) {
    RandomCheckpoint.write(folder, RandomCheckpointSpec.of(SIZE), 1);
    return folder;
  }
}
