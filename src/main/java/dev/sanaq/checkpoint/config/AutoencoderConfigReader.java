package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Upsample;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code vae/config.json}, which lists the stages' properties separately. Keys and defaults
 * are those of diffusers 0.36.0.
 */
public final class AutoencoderConfigReader {
  /** A spatial compression of 2^11. */
  private static final int MAX_STAGES = 12;

  private static final int MAX_CHANNELS = 1 << 16;

  private static final Map<String, Block> BLOCKS =
      Map.of("ResBlock", Block.RES_BLOCK, "EfficientViTBlock", Block.EFFICIENT_VIT_BLOCK);
  private static final Map<String, Upsample> UPSAMPLES =
      Map.of("pixel_shuffle", Upsample.PIXEL_SHUFFLE, "interpolate", Upsample.INTERPOLATE);

  /** The reference takes every other name for a strided convolution; files use Conv or conv. */
  private static final Map<String, Downsample> DOWNSAMPLES =
      Map.of(
          "pixel_unshuffle",
          Downsample.PIXEL_UNSHUFFLE,
          "Conv",
          Downsample.CONV,
          "conv",
          Downsample.CONV);

  private static final List<Integer> DEFAULT_CHANNELS = List.of(128, 256, 512, 512, 1024, 1024);
  private static final List<List<Integer>> DEFAULT_SCALES =
      List.of(List.of(), List.of(), List.of(), List.of(5), List.of(5), List.of(5));

  private AutoencoderConfigReader() {}

  /**
   * Reads the file.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static AutoencoderConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  /**
   * Reads a config in the published form.
   *
   * @param file its name in messages
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static AutoencoderConfig of(String file, ObjectNode json) {
    ConfigObjectReader f = new ConfigObjectReader(file, json);
    f.requireClass(Component.AUTOENCODER.className());
    AutoencoderConfig config =
        new AutoencoderConfig(
            f.integer("in_channels", 3, 3, 3),
            f.integer("latent_channels", 32, 1, 4096),
            f.integer("attention_head_dim", 32, 1, 4096),
            stages(f, "encoder", List.of(2, 2, 2, 3, 3, 3)),
            stages(f, "decoder", List.of(3, 3, 3, 3, 3, 3)),
            f.choice("upsample_block_type", Upsample.PIXEL_SHUFFLE, UPSAMPLES),
            f.choice("downsample_block_type", Downsample.PIXEL_UNSHUFFLE, DOWNSAMPLES),
            f.flag("encoder_out_shortcut", true),
            f.flag("decoder_in_shortcut", true),
            f.choice("decoder_conv_act_fn", Activation.RELU, Activation.NAMES),
            f.number("scaling_factor", 1.0, 1e-9, 1e9));
    if (f.isValid()) {
      new AutoencoderConfigChecks(f, config).check();
    }
    f.throwIfInvalid();
    return config;
  }

  private static List<AutoencoderStage> stages(
      ConfigObjectReader f, String side, List<Integer> defaultLayers) {
    List<Integer> channels =
        f.integers(side + "_block_out_channels", DEFAULT_CHANNELS, 1, MAX_CHANNELS, 2, MAX_STAGES);
    int count = channels.size();
    List<Integer> layers =
        f.integers(side + "_layers_per_block", defaultLayers, 0, 256, count, count);
    List<Block> blocks =
        f.choices(side + "_block_types", repeat(Block.RES_BLOCK, count), BLOCKS, count);
    List<List<Integer>> scales =
        f.integerLists(side + "_qkv_multiscales", DEFAULT_SCALES, 1, 63, count, 16);
    List<Activation> activations = repeat(Activation.SILU, count);
    if (side.equals("decoder")) {
      activations = f.choices("decoder_act_fns", activations, Activation.NAMES, count);
      f.choices("decoder_norm_types", repeat("", count), Map.of("rms_norm", ""), count);
    }
    List<AutoencoderStage> stages = new ArrayList<>();
    for (int i = 0; i < count && i < layers.size() && i < scales.size(); i++) {
      stages.add(
          new AutoencoderStage(
              blocks.get(i), channels.get(i), layers.get(i), scales.get(i), activations.get(i)));
    }
    if (stages.size() != count) {
      String what = "%s_layers_per_block and %s_qkv_multiscales of the same length";
      f.reject(side + "_block_out_channels", what.formatted(side, side), channels);
    }
    return stages;
  }

  private static <E> List<E> repeat(E value, int count) {
    return Collections.nCopies(count, value);
  }
}
