package dev.sanaq.benchmark.export;

import dev.sanaq.checkpoint.config.Activation;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Upsample;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig.LayerType;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Networks of the published sizes, and a small one with every option. Stateless. */
final class PublishedNetworks {
  private PublishedNetworks() {}

  /** All of them. */
  static List<ExportedNetwork> all() {
    return List.of(
        optionsTransformer(),
        ExportedNetwork.transformer("sana-0.6b", transformer(36, 28, 16, 72), false, 32, 8, 32),
        ExportedNetwork.transformer("sana-1.6b", transformer(70, 20, 20, 112), false, 32),
        ExportedNetwork.decoder("dc-ae-f32c32", autoencoder(128, 3), 8, 16),
        // Two layers of 26, and a part of the vocabulary: the others add time, but no kernel.
        ExportedNetwork.textEncoder("gemma-2-2b-two-layers", gemma(8, 256, 4096), 8, 300));
  }

  /** What the published sizes leave out: QK norm, embedded guidance, positions, clipping. */
  static ExportedNetwork optionsTransformer() {
    TransformerConfig config =
        new TransformerConfig(
            8,
            8,
            4,
            32,
            3,
            4,
            32,
            128,
            48,
            2.5,
            0,
            true,
            8,
            1,
            true,
            1e-6,
            OptionalDouble.of(1),
            true,
            0.1,
            QkNorm.RMS_NORM_ACROSS_HEADS,
            1);
    return ExportedNetwork.transformer("all-options", config, true, 32, 4, 16);
  }

  /** A transformer of Sana. */
  static TransformerConfig transformer(int heads, int layers, int crossHeads, int crossHeadDim) {
    return new TransformerConfig(
        32,
        32,
        heads,
        32,
        layers,
        crossHeads,
        crossHeadDim,
        32 * heads,
        2304,
        2.5,
        0,
        false,
        32,
        1,
        false,
        1e-6,
        OptionalDouble.empty(),
        false,
        0.1,
        QkNorm.NONE,
        1);
  }

  /**
   * An autoencoder of 32 pixels per latent.
   *
   * @param base channels at full resolution; the last stages have eight times as many
   */
  static AutoencoderConfig autoencoder(int base, int layers) {
    List<AutoencoderStage> stages = new ArrayList<>();
    for (int factor : new int[] {1, 2, 4, 4, 8, 8}) {
      boolean attends = stages.size() >= 3;
      stages.add(
          new AutoencoderStage(
              attends ? Block.EFFICIENT_VIT_BLOCK : Block.RES_BLOCK,
              factor * base,
              layers,
              attends ? List.of(5) : List.of(),
              Activation.SILU));
    }
    return new AutoencoderConfig(
        3,
        32,
        32,
        stages,
        stages,
        Upsample.INTERPOLATE,
        Downsample.CONV,
        true,
        true,
        Activation.RELU,
        0.41407);
  }

  /** Gemma-2's first two layers, with 288 times as many channels as heads. */
  static TextEncoderConfig gemma(int heads, int headDim, int vocabulary) {
    int width = 288 * heads;
    return new TextEncoderConfig(
        vocabulary,
        width,
        4 * width,
        2,
        heads,
        heads / 2,
        headDim,
        8192,
        1e-6,
        10_000,
        false,
        headDim,
        4096,
        List.of(LayerType.SLIDING_ATTENTION, LayerType.FULL_ATTENTION),
        OptionalDouble.of(50),
        0,
        2,
        1);
  }
}
