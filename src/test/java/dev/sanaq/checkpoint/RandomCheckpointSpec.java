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

  private static final int STAGES = 6;
  private static final int TEXT_WIDTH = 64;
  private static final int TEXT_LAYERS = 3;

  /**
   * The sizes in which small checkpoints differ.
   *
   * @param channels of the latents, and of the autoencoder at every resolution
   * @param layers of the transformer
   * @param heads of the linear attention
   * @param headDim of the linear attention
   * @param crossHeads of the cross-attention
   * @param crossHeadDim of the cross-attention
   * @param autoencoderHeadDim of the autoencoder's attention
   * @param sampleSize default width and height of the latents
   */
  public record Size(
      int channels,
      int layers,
      int heads,
      int headDim,
      int crossHeads,
      int crossHeadDim,
      int autoencoderHeadDim,
      int sampleSize) {}

  /** 512 pixels, small enough for a CPU to generate an image in seconds. */
  public static RandomCheckpointSpec demo() {
    return of(new Size(32, 4, 8, 16, 4, 32, 16, 16));
  }

  /** A Sana of the given sizes, with a small text encoder. */
  public static RandomCheckpointSpec of(Size size) {
    return new RandomCheckpointSpec(
        transformer(size),
        autoencoder(size),
        smallTextEncoder(),
        new SchedulerConfig.DpmSolver(1000, 3.0, 2, true, false));
  }

  private static TransformerConfig transformer(Size size) {
    return new TransformerConfig(
        size.channels(),
        size.channels(),
        size.heads(),
        size.headDim(),
        size.layers(),
        size.crossHeads(),
        size.crossHeadDim(),
        size.heads() * size.headDim(),
        TEXT_WIDTH,
        2.5,
        0,
        false,
        size.sampleSize(),
        1,
        false,
        1e-6,
        OptionalDouble.empty(),
        false,
        0.1,
        QkNorm.NONE,
        1.0);
  }

  private static AutoencoderConfig autoencoder(Size size) {
    List<AutoencoderStage> stages = new ArrayList<>();
    // The same number of channels at every resolution: the shortcut then repeats pixels, without
    // stripes.
    for (int i = 0; i < STAGES; i++) {
      boolean attends = i >= 3;
      stages.add(
          new AutoencoderStage(
              attends ? Block.EFFICIENT_VIT_BLOCK : Block.RES_BLOCK,
              size.channels(),
              1,
              attends ? List.of(5) : List.of(),
              Activation.SILU));
    }
    return new AutoencoderConfig(
        3,
        size.channels(),
        size.autoencoderHeadDim(),
        stages,
        stages,
        Upsample.INTERPOLATE,
        Downsample.CONV,
        true,
        true,
        Activation.RELU,
        0.41407);
  }

  private static TextEncoderConfig smallTextEncoder() {
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
