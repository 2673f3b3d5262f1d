package dev.sanaq.checkpoint;

import dev.sanaq.checkpoint.config.Activation;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Upsample;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig.LayerType;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The configs of a random checkpoint. With guidance embedding its pipeline is SANA-Sprint's, else
 * Sana's.
 *
 * @param transformer config of the transformer
 * @param autoencoder config of the autoencoder
 * @param textEncoder config of the text encoder; its vocabulary must contain the ids of {@link
 *     RandomTokenizer}
 * @param scheduler config of the scheduler
 */
public record RandomCheckpointSpec(
    TransformerConfig transformer,
    AutoencoderConfig autoencoder,
    TextEncoderConfig textEncoder,
    SchedulerConfig scheduler) {

  private static final int LATENT_CHANNELS = 32;
  private static final int STAGES = 6;
  private static final int TEXT_WIDTH = 64;
  private static final int TEXT_LAYERS = 3;

  /** 512 pixels, small enough for a CPU to generate an image in seconds. */
  public static RandomCheckpointSpec demo() {
    return new RandomCheckpointSpec(
        demoTransformer(),
        demoAutoencoder(),
        demoTextEncoder(),
        new SchedulerConfig.DpmSolver(1000, 3.0, 2, true, false));
  }

  /** Four layers of eight heads. */
  private static TransformerConfig demoTransformer() {
    int heads = 8;
    int headDim = 16;
    return new TransformerConfig(
        LATENT_CHANNELS,
        LATENT_CHANNELS,
        heads,
        headDim,
        4,
        4,
        32,
        heads * headDim,
        TEXT_WIDTH,
        2.5,
        0,
        false,
        16,
        1,
        false,
        1e-6,
        OptionalDouble.empty(),
        false,
        0.1,
        QkNorm.NONE,
        1.0);
  }

  private static AutoencoderConfig demoAutoencoder() {
    List<AutoencoderStage> stages = new ArrayList<>();
    // The same number of channels at every resolution: the shortcut then repeats pixels, without
    // stripes.
    for (int i = 0; i < STAGES; i++) {
      boolean attends = i >= 3;
      stages.add(
          new AutoencoderStage(
              attends ? Block.EFFICIENT_VIT_BLOCK : Block.RES_BLOCK,
              LATENT_CHANNELS,
              1,
              attends ? List.of(5) : List.of(),
              Activation.SILU));
    }
    return new AutoencoderConfig(
        3,
        LATENT_CHANNELS,
        16,
        stages,
        stages,
        Upsample.INTERPOLATE,
        Downsample.CONV,
        true,
        true,
        Activation.RELU,
        0.41407);
  }

  private static TextEncoderConfig demoTextEncoder() {
    List<LayerType> layers =
        IntStream.range(0, TEXT_LAYERS)
            .mapToObj(i -> i % 2 == 0 ? LayerType.SLIDING_ATTENTION : LayerType.FULL_ATTENTION)
            .toList();
    return new TextEncoderConfig(
        512,
        TEXT_WIDTH,
        4 * TEXT_WIDTH,
        TEXT_LAYERS,
        4,
        2,
        16,
        8192,
        1e-6,
        10_000,
        false,
        16,
        4096,
        layers,
        OptionalDouble.of(50),
        0,
        2,
        1);
  }
}
