package dev.sanaq.sana.autoencoder;

import dev.sanaq.checkpoint.config.Activation;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.script.ScriptSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The deep-compression autoencoder (paper, section 2.1; diffusers {@code AutoencoderDC}): images of
 * -1..1 to latents and back. One caller at a time; every returned value is the caller's to close.
 */
public final class AutoencoderDC implements AutoCloseable {
  private static final String ENCODER_PREFIX = "encoder.";

  private final ScriptProgram program;
  private final AutoencoderConfig config;
  private final boolean hasEncoder;

  private AutoencoderDC(ScriptProgram program, AutoencoderConfig config, boolean encodes) {
    this.program = program;
    this.config = config;
    this.hasEncoder = encodes;
  }

  /** Loads the weights. In fp16 the published autoencoder overflows, so it is fp32 then. */
  public static AutoencoderDC load(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint.autoencoder(), checkpoint.autoencoderTensors(), placement);
  }

  /** Loads what drawing needs: half of the weights, and no {@link #encode}. */
  public static AutoencoderDC loadDecoder(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint.autoencoder(), checkpoint.autoencoderTensors(), placement, false);
  }

  /** Loads the weights of an autoencoder that need not be part of a checkpoint. */
  public static AutoencoderDC load(
      AutoencoderConfig config, TensorIndex tensors, DevicePlacement placement) {
    return load(config, tensors, placement, true);
  }

  private static AutoencoderDC load(
      AutoencoderConfig config, TensorIndex tensors, DevicePlacement placement, boolean encodes) {
    DevicePlacement own =
        placement.precision() == Precision.FP16
            ? placement.withPrecision(Precision.FP32)
            : placement;
    ScriptProgram program = ScriptProgram.compile(scriptSource(config, own.precision()), own);
    try {
      WeightLoader.loadMatching(
          tensors, program, name -> encodes || !name.startsWith(ENCODER_PREFIX));
      if (own.packsWeights()) {
        program.call("pack_weights").close();
      }
      return new AutoencoderDC(program, config, encodes);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** The network as a part of a program: to serve, or to learn. */
  public static ScriptSource scriptSource(AutoencoderConfig config, Precision precision) {
    return new ScriptSource(AutoencoderDC.class, "dcae", attributes(config, precision));
  }

  private static Map<String, Object> attributes(AutoencoderConfig config, Precision precision) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("channels", config.inChannels());
    attributes.put("head_dim", config.attentionHeadDim());
    attributes.put("encoder_layers", mapStages(config.encoder(), AutoencoderStage::layers));
    attributes.put("decoder_layers", mapStages(config.decoder(), AutoencoderStage::layers));
    attributes.put("encoder_attends", mapStages(config.encoder(), AutoencoderDC::usesAttention));
    attributes.put("decoder_attends", mapStages(config.decoder(), AutoencoderDC::usesAttention));
    attributes.put(
        "decoder_acts", mapStages(config.decoder(), stage -> activationName(stage.activation())));
    attributes.put("encoder_out_shortcut", config.encoderOutShortcut());
    attributes.put("decoder_in_shortcut", config.decoderInShortcut());
    attributes.put(
        "pixel_unshuffle", config.downsample() == AutoencoderConfig.Downsample.PIXEL_UNSHUFFLE);
    attributes.put("interpolate", config.upsample() == AutoencoderConfig.Upsample.INTERPOLATE);
    attributes.put("conv_act", activationName(config.decoderConvActivation()));
    attributes.put("compression", config.spatialCompression());
    attributes.put("compute", precision.scalarType());
    return attributes;
  }

  private static List<Object> mapStages(
      List<AutoencoderStage> stages, Function<AutoencoderStage, Object> property) {
    return stages.stream().map(property).toList();
  }

  private static boolean usesAttention(AutoencoderStage stage) {
    return stage.block() == AutoencoderStage.Block.EFFICIENT_VIT_BLOCK;
  }

  private static String activationName(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The latents' scale that the transformer works in.
   *
   * @return what unscaled latents are multiplied by
   */
  public double scalingFactor() {
    return config.scalingFactor();
  }

  /**
   * Memory that decoding takes a pixel of the image, in bytes, at most: at its full size there are
   * at once the upsampled stage below, the stage's own input and output, and what a layer leaves.
   *
   * <p>On a processor layers pass in strips and change in place, but what the smaller stages leave
   * free is too broken up for the large ones. Of the published decoder (2560 in fp32, 1280 in bf16)
   * the first image of 1024 x 1024 in a process took 1560 to 1820 in fp32 and 930 to 1070 in bf16.
   */
  public long bytesPerPixel() {
    List<AutoencoderStage> stages = config.decoder();
    long below = stages.get(Math.min(1, stages.size() - 1)).channels();
    return program.placement().precision().bytes() * (below + 3L * stages.get(0).channels());
  }

  /**
   * Encodes images.
   *
   * @param images (B, 3, H, W), H and W multiples of the compression
   * @return unscaled latents (B, C, h, w), fp32
   * @throws IllegalStateException where the decoder alone was loaded
   */
  public ScriptValue encode(ScriptValue images) {
    if (!hasEncoder) {
      throw new IllegalStateException("the decoder alone was loaded: load reads the encoder too");
    }
    return program.call("encode", images);
  }

  /**
   * Decodes unscaled latents.
   *
   * @param latents (B, C, h, w)
   * @return images (B, 3, H, W), fp32, about -1..1
   */
  public ScriptValue decode(ScriptValue latents) {
    return program.call("decode", latents);
  }

  /**
   * Decodes in overlapping tiles, blended where they overlap: memory is bounded by the tile.
   *
   * @param tile side in pixels
   * @param stride pixels from one tile to the next, at most {@code tile}
   */
  public ScriptValue decodeTiled(ScriptValue latents, int tile, int stride) {
    try (ScriptValue side = ScriptValue.of((long) tile);
        ScriptValue step = ScriptValue.of((long) stride)) {
      return program.call("decode_tiled", latents, side, step);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
