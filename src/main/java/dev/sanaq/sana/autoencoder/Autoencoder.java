package dev.sanaq.sana.autoencoder;

import dev.sanaq.sana.checkpoint.Activation;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.AutoencoderStage;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.torch.Part;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The deep-compression autoencoder (paper, section 2.1; diffusers {@code AutoencoderDC}): pictures
 * of -1..1 to latents and back. One caller at a time; every returned value is the caller's to
 * close.
 */
public final class Autoencoder implements AutoCloseable {
  private static final String ENCODER = "encoder.";

  private final Program program;
  private final AutoencoderConfig config;
  private final boolean encodes;

  private Autoencoder(Program program, AutoencoderConfig config, boolean encodes) {
    this.program = program;
    this.config = config;
    this.encodes = encodes;
  }

  /** Loads the weights. In fp16 the published autoencoder overflows, so it is fp32 then. */
  public static Autoencoder load(Checkpoint checkpoint, Placement placement) {
    return load(checkpoint.autoencoder(), checkpoint.autoencoderTensors(), placement);
  }

  /** Loads what drawing needs: half of the weights, and no {@link #encode}. */
  public static Autoencoder loadDecoder(Checkpoint checkpoint, Placement placement) {
    return load(checkpoint.autoencoder(), checkpoint.autoencoderTensors(), placement, false);
  }

  /** Loads the weights of an autoencoder that need not be part of a checkpoint. */
  public static Autoencoder load(AutoencoderConfig config, Tensors tensors, Placement placement) {
    return load(config, tensors, placement, true);
  }

  private static Autoencoder load(
      AutoencoderConfig config, Tensors tensors, Placement placement, boolean encodes) {
    Placement own =
        placement.precision() == Precision.FP16 ? placement.in(Precision.FP32) : placement;
    Program program = Program.compile(part(config, own.precision()), own);
    try {
      WeightLoader.loadSome(tensors, program, name -> encodes || !name.startsWith(ENCODER));
      if (own.packsWeights()) {
        program.call("pack").close();
      }
      return new Autoencoder(program, config, encodes);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** The network as a part of a program: to serve, or to learn. */
  public static Part part(AutoencoderConfig config, Precision precision) {
    return new Part(Autoencoder.class, "dcae", attributes(config, precision));
  }

  private static Map<String, Object> attributes(AutoencoderConfig config, Precision precision) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("channels", config.inChannels());
    attributes.put("head_dim", config.attentionHeadDim());
    attributes.put("encoder_layers", each(config.encoder(), AutoencoderStage::layers));
    attributes.put("decoder_layers", each(config.decoder(), AutoencoderStage::layers));
    attributes.put("encoder_attends", each(config.encoder(), Autoencoder::attends));
    attributes.put("decoder_attends", each(config.decoder(), Autoencoder::attends));
    attributes.put("decoder_acts", each(config.decoder(), stage -> label(stage.activation())));
    attributes.put("encoder_out_shortcut", config.encoderOutShortcut());
    attributes.put("decoder_in_shortcut", config.decoderInShortcut());
    attributes.put(
        "pixel_unshuffle", config.downsample() == AutoencoderConfig.Downsample.PIXEL_UNSHUFFLE);
    attributes.put("interpolate", config.upsample() == AutoencoderConfig.Upsample.INTERPOLATE);
    attributes.put("conv_act", label(config.decoderConvActivation()));
    attributes.put("compression", config.spatialCompression());
    attributes.put("compute", precision.scalarType());
    return attributes;
  }

  private static List<Object> each(
      List<AutoencoderStage> stages, Function<AutoencoderStage, Object> property) {
    return stages.stream().map(property).toList();
  }

  private static boolean attends(AutoencoderStage stage) {
    return stage.block() == AutoencoderStage.Block.EFFICIENT_VIT_BLOCK;
  }

  private static String label(Activation activation) {
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
   * Memory that decoding takes a pixel of the picture, in bytes, at most: at its full size there
   * are at once the upsampled stage below, the stage's own input and output, and what a layer
   * leaves.
   *
   * <p>On a processor layers pass in strips and change in place, but what the smaller stages leave
   * free is too broken up for the large ones. Of the published decoder (2560 in fp32, 1280 in bf16)
   * the first picture of 1024 x 1024 in a process took 1560 to 1820 in fp32 and 930 to 1070 in
   * bf16.
   */
  public long bytesOfPixel() {
    List<AutoencoderStage> stages = config.decoder();
    long below = stages.get(Math.min(1, stages.size() - 1)).channels();
    return program.placement().precision().bytes() * (below + 3L * stages.get(0).channels());
  }

  /**
   * Encodes pictures.
   *
   * @param pictures (B, 3, H, W), H and W multiples of the compression
   * @return unscaled latents (B, C, h, w), fp32
   * @throws IllegalStateException where the decoder alone was loaded
   */
  public Value encode(Value pictures) {
    if (!encodes) {
      throw new IllegalStateException("the decoder alone was loaded: load reads the encoder too");
    }
    return program.call("encode", pictures);
  }

  /**
   * Decodes unscaled latents.
   *
   * @param latents (B, C, h, w)
   * @return pictures (B, 3, H, W), fp32, about -1..1
   */
  public Value decode(Value latents) {
    return program.call("decode", latents);
  }

  /**
   * Decodes in overlapping tiles, blended where they overlap: memory is bounded by the tile.
   *
   * @param tile side in pixels
   * @param stride pixels from one tile to the next, at most {@code tile}
   */
  public Value decodeTiled(Value latents, int tile, int stride) {
    try (Value side = Value.of((long) tile);
        Value step = Value.of((long) stride)) {
      return program.call("decode_tiled", latents, side, step);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
