package dev.sanaq.sana.autoencoder;

import dev.sanaq.checkpoint.config.Activation;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.image.CoverAndCrop;
import dev.sanaq.image.CoverAndCrop.Axis;
import dev.sanaq.image.CoverAndCrop.Sampling;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.NotANumberException;
import dev.sanaq.image.RgbImage;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.script.ScriptSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The deep-compression autoencoder (paper, section 2.1; diffusers {@code AutoencoderDC}): images in
 * -1..1 to latents and back. One caller at a time, who closes every returned value.
 */
public final class AutoencoderDC implements AutoCloseable {
  private static final String ENCODER_PREFIX = "encoder.";

  /** Its weight says which device the network is on. */
  private static final String DEVICE_PREFIX = "decoder.norm_out.";

  private final ScriptProgram program;
  private final AutoencoderConfig config;
  private final boolean hasEncoder;

  private AutoencoderDC(ScriptProgram program, AutoencoderConfig config, boolean withEncoder) {
    this.program = program;
    this.config = config;
    this.hasEncoder = withEncoder;
  }

  /** Loads encoder and decoder. The published autoencoder overflows in fp16; fp32 replaces it. */
  public static AutoencoderDC load(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint.autoencoder(), checkpoint.autoencoderTensors(), placement);
  }

  /** Loads the decoder alone, without {@link #encode}: half of the weights. */
  public static AutoencoderDC loadDecoder(Checkpoint checkpoint, DevicePlacement placement) {
    return load(
        checkpoint.autoencoder(),
        checkpoint.autoencoderTensors(),
        placement,
        name -> !name.startsWith(ENCODER_PREFIX));
  }

  /** Loads the encoder alone, without {@link #decode}: the other half of the weights. */
  public static AutoencoderDC loadEncoder(Checkpoint checkpoint, DevicePlacement placement) {
    return load(
        checkpoint.autoencoder(),
        checkpoint.autoencoderTensors(),
        placement,
        name -> name.startsWith(ENCODER_PREFIX) || name.startsWith(DEVICE_PREFIX));
  }

  /** Loads an autoencoder that is not part of a checkpoint. */
  public static AutoencoderDC load(
      AutoencoderConfig config, TensorIndex tensors, DevicePlacement placement) {
    return load(config, tensors, placement, name -> true);
  }

  private static AutoencoderDC load(
      AutoencoderConfig config,
      TensorIndex tensors,
      DevicePlacement placement,
      Predicate<String> wanted) {
    DevicePlacement own =
        placement.precision() == Precision.FP16
            ? placement.withPrecision(Precision.FP32)
            : placement;
    ScriptProgram program = ScriptProgram.compile(scriptSource(config, own.precision()), own);
    try {
      WeightLoader.loadMatching(tensors, program, wanted);
      if (own.packsWeights()) {
        program.call("pack_weights").close();
      }
      return new AutoencoderDC(program, config, wanted.test(ENCODER_PREFIX));
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** The network's source and attributes, for inference or as a part of a training program. */
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
   * The scale of the transformer's latents.
   *
   * @return the factor from unscaled latents to the transformer's
   */
  public double scalingFactor() {
    return config.scalingFactor();
  }

  /**
   * An upper bound of the memory for decoding, in bytes per pixel of the image. At full resolution
   * it holds the upsampled stage below, the input and output of the last stage, and the result of a
   * layer.
   *
   * <p>On a CPU layers run in strips and in place, but the memory freed by smaller stages is too
   * fragmented for the large ones. For the published decoder (bound 2560 in fp32, 1280 in bf16) the
   * first image of 1024 x 1024 in a process took 1560 to 1820 in fp32 and 930 to 1070 in bf16.
   */
  public long bytesPerPixel() {
    return bytesPerPixel(config, program.placement().precision());
  }

  /** As {@link #bytesPerPixel()}, without loading anything. */
  public static long bytesPerPixel(AutoencoderConfig config, Precision precision) {
    List<AutoencoderStage> stages = config.decoder();
    long below = stages.get(Math.min(1, stages.size() - 1)).channels();
    return precision.bytes() * (below + 3L * stages.get(0).channels());
  }

  /** The elements of the largest tensor of decoding, per pixel of the image. */
  public long maxElementsPerPixel() {
    List<AutoencoderStage> stages = config.decoder();
    return Math.max(
        stages.get(0).channels(), stages.get(Math.min(1, stages.size() - 1)).channels());
  }

  /**
   * Encodes images.
   *
   * @param images (B, 3, H, W), H and W multiples of the compression
   * @return unscaled latents (B, C, h, w), fp32
   * @throws IllegalStateException after {@link #loadDecoder}
   */
  public ScriptValue encode(ScriptValue images) {
    requireEncoder();
    return program.call("encode", images);
  }

  /**
   * Encodes images for the transformer.
   *
   * @param images (B, 3, H, W), H and W multiples of the compression
   * @return latents (B, C, h, w) in the transformer's scale, fp32, on the host
   * @throws IllegalStateException after {@link #loadDecoder}
   */
  public ScriptValue encodeToHost(ScriptValue images) {
    requireEncoder();
    try (ScriptValue factor = ScriptValue.of(scalingFactor())) {
      return program.call("encode_to_host", images, factor);
    }
  }

  /**
   * As {@link #encodeToHost}, in overlapping tiles whose latents are blended: the tile bounds the
   * memory.
   *
   * @param tile side of a tile in pixels, a multiple of the compression
   * @param stride pixels from one tile to the next, likewise, at most {@code tile}
   */
  public ScriptValue encodeTiledToHost(ScriptValue images, int tile, int stride) {
    requireEncoder();
    try (ScriptValue factor = ScriptValue.of(scalingFactor());
        ScriptValue side = ScriptValue.of((long) tile);
        ScriptValue step = ScriptValue.of((long) stride)) {
      return program.call("encode_tiled_to_host", images, factor, side, step);
    }
  }

  private void requireEncoder() {
    if (!hasEncoder) {
      throw new IllegalStateException("the encoder is not loaded; use load instead of loadDecoder");
    }
  }

  /**
   * Decodes unscaled latents.
   *
   * @param latents (B, C, h, w)
   * @return images (B, 3, H, W), fp32, about -1..1, on the host
   */
  public ScriptValue decode(ScriptValue latents) {
    return program.call("decode", latents);
  }

  /** As {@link #decode}, without copying the images to the host. */
  public ScriptValue decodeOnDevice(ScriptValue latents) {
    return program.call("decode_on_device", latents);
  }

  /**
   * As {@link #decodeOnDevice}, in overlapping, blended tiles: the tile bounds the memory.
   *
   * @param latents (B, C, h, w)
   * @param tile side of a tile in pixels
   * @param stride pixels from one tile to the next, at most {@code tile}
   */
  public ScriptValue decodeTiled(ScriptValue latents, int tile, int stride) {
    try (ScriptValue side = ScriptValue.of((long) tile);
        ScriptValue step = ScriptValue.of((long) stride)) {
      return program.call("decode_tiled", latents, side, step);
    }
  }

  /**
   * Resizes, crops and converts to 8 bits on the device, and copies the result to the host: the
   * same bytes as {@link CoverAndCrop} and {@link dev.sanaq.image.VaePostprocessor} give.
   *
   * @param images (B, 3, H, W) from {@link #decodeOnDevice}, without NaN
   * @param decoded their size
   * @param size requested
   */
  public List<RgbImage> toRgb(ScriptValue images, ImageSize decoded, ImageSize size) {
    Optional<Sampling> sampling = CoverAndCrop.sampling(decoded, size);
    try (ScriptValue rows = axis(sampling.map(Sampling::rows));
        ScriptValue columns = axis(sampling.map(Sampling::columns));
        ScriptValue rgb = program.call("to_rgb", images, rows, columns)) {
      byte[] all = rgb.toBytes();
      int length = (int) (all.length / rgb.shape()[0]);
      List<RgbImage> result = new ArrayList<>();
      for (int i = 0; i < all.length; i += length) {
        byte[] samples = Arrays.copyOfRange(all, i, i + length);
        result.add(new RgbImage(size.width(), size.height(), samples));
      }
      return result;
    }
  }

  /**
   * Checks the pixels that {@link #toRgb} would use; waits until they are computed.
   *
   * @throws NotANumberException if one is NaN
   */
  public void requireNumbers(ScriptValue images, ImageSize decoded, ImageSize size) {
    Optional<Sampling> sampling = CoverAndCrop.sampling(decoded, size);
    try (ScriptValue rows = axis(sampling.map(Sampling::rows));
        ScriptValue columns = axis(sampling.map(Sampling::columns));
        ScriptValue nan = program.call("find_nan", images, rows, columns)) {
      float[] at = nan.toFloats();
      if (at.length > 0) {
        throw new NotANumberException((int) at[1], (int) at[2], (int) at[3]);
      }
    }
  }

  /** The tensors of an axis, for the scripts; none without resizing. */
  private static ScriptValue axis(Optional<Axis> axis) {
    if (axis.isEmpty()) {
      return ScriptValue.tensorList();
    }
    int length = axis.get().weight().length;
    try (ScriptValue low = ScriptValue.longs(longs(axis.get().low()), length);
        ScriptValue high = ScriptValue.longs(longs(axis.get().high()), length);
        ScriptValue weight = ScriptValue.floats(axis.get().weight(), length)) {
      return ScriptValue.tensorList(low, high, weight);
    }
  }

  private static long[] longs(int[] numbers) {
    return Arrays.stream(numbers).asLongStream().toArray();
  }

  @Override
  public void close() {
    program.close();
  }
}
