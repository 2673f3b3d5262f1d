package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Reads {@code transformer/config.json} and a ControlNet's {@code config.json}; keys and defaults
 * are those of diffusers 0.36.0.
 */
public final class TransformerConfigReader {
  /** The class of ControlNets in diffusers. */
  public static final String CONTROLNET_CLASS = "SanaControlNetModel";

  private static final int CONTROLNET_LAYERS = 7;
  private static final Map<String, QkNorm> QK_NORMS =
      Map.of("null", QkNorm.NONE, "rms_norm_across_heads", QkNorm.RMS_NORM_ACROSS_HEADS);

  private TransformerConfigReader() {}

  /**
   * Reads the file.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static TransformerConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  /**
   * Reads a config in the published form.
   *
   * @param file its name in messages
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static TransformerConfig of(String file, ObjectNode json) {
    return of(file, json, Component.TRANSFORMER.className(), 20);
  }

  /**
   * As {@link #of(String, ObjectNode)}, of a ControlNet: a copy of the transformer's first blocks.
   */
  public static TransformerConfig ofControlNet(String file, ObjectNode json) {
    return of(file, json, CONTROLNET_CLASS, CONTROLNET_LAYERS);
  }

  private static TransformerConfig of(
      String file, ObjectNode json, String className, int defaultLayers) {
    ConfigObjectReader f = new ConfigObjectReader(file, json);
    f.requireClass(className);
    int in = f.integer("in_channels", 32, 1, 4096);
    boolean outOfIn = json.path("out_channels").isNull();
    TransformerConfig config =
        new TransformerConfig(
            in,
            outOfIn ? in : f.integer("out_channels", 32, 1, 8192),
            f.integer("num_attention_heads", 70, 1, 1024),
            f.integer("attention_head_dim", 32, 1, 1024),
            f.integer("num_layers", defaultLayers, 1, 512),
            f.integer("num_cross_attention_heads", 20, 1, 1024),
            f.integer("cross_attention_head_dim", 112, 1, 1024),
            f.integer("cross_attention_dim", 2240, 1, 1 << 20),
            f.integer("caption_channels", 2304, 1, 1 << 16),
            f.number("mlp_ratio", 2.5, 1e-3, 64),
            f.number("dropout", 0, 0, 1),
            f.flag("attention_bias", false),
            f.integer("sample_size", 32, 1, 1024),
            f.integer("patch_size", 1, 1, 64),
            f.flag("norm_elementwise_affine", false),
            f.number("norm_eps", 1e-6, 0, 1),
            f.optionalNumber("interpolation_scale", OptionalDouble.empty(), 1e-3, 1e3),
            f.flag("guidance_embeds", false),
            f.number("guidance_embeds_scale", 0.1, 0, 1e6),
            f.choice("qk_norm", QkNorm.NONE, QK_NORMS),
            f.number("timestep_scale", 1.0, 1e-9, 1e9));
    f.ignoreKeys("out_channels");
    checkConsistency(f, config);
    f.throwIfInvalid();
    return config;
  }

  private static void checkConsistency(ConfigObjectReader f, TransformerConfig config) {
    if (!f.isValid()) {
      return;
    }
    if (config.crossAttentionDim() != config.width()) {
      String what = "num_attention_heads * attention_head_dim = " + config.width();
      f.reject("cross_attention_dim", what, config.crossAttentionDim());
    }
    if (config.outChannels() != config.inChannels()
        && config.outChannels() != 2 * config.inChannels()) {
      String what =
          "in_channels or twice that, %s or %s"
              .formatted(config.inChannels(), 2 * config.inChannels());
      f.reject("out_channels", what, config.outChannels());
    }
    if (config.mlpChannels() < 1) {
      f.reject(
          "mlp_ratio", "at least one hidden channel at width " + config.width(), config.mlpRatio());
    }
    if (config.patchSize() > config.sampleSize()) {
      f.reject("patch_size", "at most sample_size = " + config.sampleSize(), config.patchSize());
    }
    if (config.interpolationScale().isPresent() && config.width() % 4 != 0) {
      String what = "null at width %s: a positional embedding needs a multiple of 4";
      f.reject(
          "interpolation_scale",
          what.formatted(config.width()),
          config.interpolationScale().getAsDouble());
    }
  }
}
