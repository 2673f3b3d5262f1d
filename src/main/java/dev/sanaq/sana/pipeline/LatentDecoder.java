package dev.sanaq.sana.pipeline;

import dev.sanaq.collection.LearnedLimits;
import dev.sanaq.image.CoverAndCrop;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.VaePostprocessor;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.TorchException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decodes latents to images of the requested size: several small ones together, an image as a whole
 * or, if memory does not hold that, in tiles.
 */
final class LatentDecoder {
  /** In low-memory mode, or if the free memory is unknown, larger images are decoded in tiles. */
  private static final long MAX_UNTILED_PIXELS = 3L << 19;

  /** One image of 2048 pixels, or 16 of 512. */
  private static final long MAX_PIXELS_TOGETHER = 1L << 22;

  /**
   * Tiles of 1024 pixels that overlap by 128 show no seams; 512 by 64 can, on flat skies (diffusers
   * #10510). The first tiling here also overlaps by 128, and decodes 4096 x 4096 in little more
   * memory than 1024 x 1024 as a whole.
   */
  private static final List<Tiling> TILINGS = List.of(new Tiling(896, 768), new Tiling(512, 448));

  private static final Tiling UNTILED = new Tiling(0, 0);

  /** Side and stride of the tiles in pixels; side 0 means the whole image. */
  private record Tiling(int side, int stride) {}

  /**
   * The sizes of an image.
   *
   * @param latents (1, C, h, w)
   * @param decoded in pixels
   * @param requested in pixels
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sizes(long[] latents, ImageSize decoded, ImageSize requested) {}

  private final AutoencoderDC autoencoder;
  private final DevicePlacement placement;
  private final Supplier<OptionalLong> freeBytes;
  private final boolean lowMemory;
  private final LearnedLimits<ImageSize> firstTiling =
      new LearnedLimits<>(tiling -> Math.max(0, tiling - 1));

  /**
   * @param freeBytes of the device, if known; an image that fits into half of them is decoded as a
   *     whole
   * @param lowMemory decode every image above 1.5 megapixels in tiles
   */
  LatentDecoder(
      AutoencoderDC autoencoder,
      DevicePlacement placement,
      Supplier<OptionalLong> freeBytes,
      boolean lowMemory) {
    this.autoencoder = autoencoder;
    this.placement = placement;
    this.freeBytes = freeBytes;
    this.lowMemory = lowMemory;
  }

  /**
   * How many images of a size are decoded together: on a GPU small ones, which alone would not fill
   * it.
   */
  int maxTogether(ImageSize size) {
    long pixels = (long) size.height() * size.width();
    long images = placement.kernels() == Kernels.PLAIN ? MAX_PIXELS_TOGETHER / pixels : 1;
    while (images > 1 && !fitsUntiled(images * pixels)) {
      images /= 2;
    }
    return (int) Math.max(1, images);
  }

  /**
   * Decodes images, and resizes them to the requested size. Each time memory runs out, images are
   * decoded alone, then in smaller tiles.
   *
   * @param latents (C, h, w) of each image, in the autoencoder's own scale
   * @param timers record the stages decode and resize
   * @throws DeviceMemoryException if memory does not hold the smallest tiles
   * @throws dev.sanaq.image.NotANumberException if a decoded value is NaN
   */
  List<RgbImage> decode(
      List<float[]> latents, Sizes sizes, List<StageTimer> timers, PipelineProbe probe) {
    if (latents.size() > 1) {
      try {
        return decodeTogether(latents, sizes, timers, probe);
      } catch (TorchException | OutOfMemoryError e) {
        if (!DeviceMemory.ranOut(e)) {
          throw e;
        }
        DeviceMemory.releaseCaches(placement);
      }
    }
    return latents.stream().map(one -> decode(one, sizes, timers, probe)).toList();
  }

  private List<RgbImage> decodeTogether(
      List<float[]> latents, Sizes sizes, List<StageTimer> timers, PipelineProbe probe) {
    int length = latents.get(0).length;
    float[] all = new float[latents.size() * length];
    for (int i = 0; i < latents.size(); i++) {
      System.arraycopy(latents.get(i), 0, all, i * length, length);
    }
    probe.onDecode(UNTILED.side());
    long[] shape = sizes.latents();
    try (ScriptValue input = ScriptValue.floats(all, latents.size(), shape[1], shape[2], shape[3]);
        ScriptValue images = autoencoder.decodeOnDevice(input)) {
      return toRgbOnDevice(images, sizes, timers);
    }
  }

  private RgbImage decode(
      float[] latents, Sizes sizes, List<StageTimer> timers, PipelineProbe probe) {
    ImageSize size = sizes.decoded();
    List<Tiling> tilings = tilings(size);
    int first = Math.min(firstTiling.get(size).orElse(0), tilings.size() - 1);
    try (ScriptValue input = ScriptValue.floats(latents, sizes.latents());
        ScriptValue image = decode(input, size, tilings, first, probe)) {
      firstTiling.succeeded(size);
      return placement.kernels() == Kernels.PLAIN
          ? toRgbOnDevice(image, sizes, timers).get(0)
          : toRgb(image.toFloats(), sizes, timers);
    }
  }

  private List<RgbImage> toRgbOnDevice(ScriptValue images, Sizes sizes, List<StageTimer> timers) {
    autoencoder.requireNumbers(images, sizes.decoded(), sizes.requested()); // waits for a GPU
    timers.forEach(timer -> timer.record("decode"));
    List<RgbImage> rgb = autoencoder.toRgb(images, sizes.decoded(), sizes.requested());
    timers.forEach(timer -> timer.record("resize"));
    return rgb;
  }

  /** In Java, which on a CPU is as fast. */
  private static RgbImage toRgb(float[] values, Sizes sizes, List<StageTimer> timers) {
    timers.forEach(timer -> timer.record("decode"));
    ImageSize size = sizes.decoded();
    PlanarFloatImage planes = new PlanarFloatImage(size.height(), size.width(), values);
    RgbImage rgb = VaePostprocessor.toRgb(CoverAndCrop.resize(planes, sizes.requested()));
    timers.forEach(timer -> timer.record("resize"));
    return rgb;
  }

  private ScriptValue decode(
      ScriptValue latents, ImageSize size, List<Tiling> tilings, int index, PipelineProbe probe) {
    Tiling tiling = tilings.get(index);
    try {
      probe.onDecode(tiling.side());
      return tiling.equals(UNTILED)
          ? autoencoder.decodeOnDevice(latents)
          : autoencoder.decodeTiled(latents, tiling.side(), tiling.stride());
    } catch (TorchException | OutOfMemoryError e) {
      if (!DeviceMemory.ranOut(e)) {
        throw e;
      }
      DeviceMemory.releaseCaches(placement);
      if (index == tilings.size() - 1) {
        throw new DeviceMemoryException(
            "memory ran out decoding one image of %s, even in the smallest tiles: %s"
                .formatted(size, e.getMessage()),
            e);
      }
    }
    firstTiling.learn(size, index + 1);
    return decode(latents, size, tilings, index + 1, probe);
  }

  /** The tilings to try, the largest first; tiles as large as the image would save nothing. */
  private List<Tiling> tilings(ImageSize size) {
    boolean whole = fitsUntiled((long) size.height() * size.width());
    int longest = Math.max(size.height(), size.width());
    return Stream.concat(
            whole ? Stream.of(UNTILED) : Stream.empty(),
            TILINGS.stream().filter(tiling -> !whole || tiling.side() < longest))
        .toList();
  }

  boolean fitsUntiled(long pixels) {
    if (placement.isGpu()
        && pixels * autoencoder.maxElementsPerPixel() > DeviceMemory.MAX_TENSOR_ELEMENTS) {
      return false;
    }
    OptionalLong bytes = freeBytes.get();
    if (pixels > MAX_UNTILED_PIXELS && (lowMemory || bytes.isEmpty())) {
      return false;
    }
    return bytes.isEmpty() || pixels * autoencoder.bytesPerPixel() <= bytes.getAsLong() / 2;
  }
}
