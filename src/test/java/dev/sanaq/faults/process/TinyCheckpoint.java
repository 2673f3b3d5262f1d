package dev.sanaq.faults.process;

import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.checkpoint.RandomCheckpointSpec;
import dev.sanaq.checkpoint.config.Activation;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A checkpoint with the smallest Sana model: an image of 32 pixels takes milliseconds. */
public final class TinyCheckpoint {
  private static final int CHANNELS = 8;
  private static final int HEADS = 2;
  private static final int HEAD_WIDTH = 8;
  private static final int SIDE = 1;

  private TinyCheckpoint() {}

  /** Writes the checkpoint with random weights and returns its folder. */
  public static Path write(Path folder) {
    RandomCheckpointSpec demo = RandomCheckpointSpec.demo();
    RandomCheckpointSpec spec =
        new RandomCheckpointSpec(
            transformer(demo.textEncoder().hiddenSize()),
            autoencoder(),
            demo.textEncoder(),
            demo.scheduler());
    RandomCheckpoint.write(folder, spec, 1);
    return folder;
  }

  private static TransformerConfig transformer(int captionWidth) {
    return new TransformerConfig(
        CHANNELS,
        CHANNELS,
        HEADS,
        HEAD_WIDTH,
        1,
        HEADS,
        HEAD_WIDTH,
        HEADS * HEAD_WIDTH,
        captionWidth,
        2.5,
        0,
        false,
        SIDE,
        1,
        false,
        1e-6,
        OptionalDouble.empty(),
        false,
        0.1,
        QkNorm.NONE,
        1.0);
  }

  private static AutoencoderConfig autoencoder() {
    List<AutoencoderStage> stages = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      boolean attends = i >= 3;
      stages.add(
          new AutoencoderStage(
              attends
                  ? AutoencoderStage.Block.EFFICIENT_VIT_BLOCK
                  : AutoencoderStage.Block.RES_BLOCK,
              CHANNELS,
              1,
              attends ? List.of(5) : List.of(),
              Activation.SILU));
    }
    return new AutoencoderConfig(
        3,
        CHANNELS,
        8,
        stages,
        stages,
        AutoencoderConfig.Upsample.INTERPOLATE,
        AutoencoderConfig.Downsample.CONV,
        true,
        true,
        Activation.RELU,
        0.41407);
  }
}
