package dev.sanaq.sana;

import dev.sanaq.image.Planes;
import dev.sanaq.image.Size;
import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.Value;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** From latents to a picture, in one piece or, where memory does not hold that, in tiles. */
final class PictureDecoder {
  /** Where memory is short, or nobody says what is free, larger ones are decoded in tiles. */
  private static final long WHOLE_PIXELS = 3L << 19;

  /**
   * Tiles of 1024 pixels that overlap by 128 show no seams, 512 by 64 can on flat skies (diffusers
   * #10510). These overlap by as much, so that 4096 x 4096 takes little more memory than 1024 x
   * 1024 whole.
   */
  private static final List<Tiling> TILINGS = List.of(new Tiling(896, 768), new Tiling(512, 448));

  private static final Tiling WHOLE = new Tiling(0, 0);

  /** Side and stride in pixels; a side of 0 is the whole picture. */
  private record Tiling(int side, int stride) {}

  private final Autoencoder autoencoder;
  private final Placement placement;
  private final Supplier<OptionalLong> free;
  private final boolean lowMemory;
  private final Learnt<Size> refused = new Learnt<>();

  /**
   * A decoder.
   *
   * @param free bytes that could still be had: pictures that half of them hold are decoded whole
   * @param lowMemory none above 1.5 megapixels, whatever is free
   */
  PictureDecoder(
      Autoencoder autoencoder,
      Placement placement,
      Supplier<OptionalLong> free,
      boolean lowMemory) {
    this.autoencoder = autoencoder;
    this.placement = placement;
    this.free = free;
    this.lowMemory = lowMemory;
  }

  /**
   * Decodes one picture, in smaller tiles each time memory runs out.
   *
   * @param latents (C, h, w) in the autoencoder's own scale
   * @param shape (1, C, h, w)
   * @param size of the picture
   * @throws OutOfMemoryException where it does not even fit in the smallest tiles
   */
  Planes decode(float[] latents, long[] shape, Size size, Observer observer) {
    List<Tiling> ways = ways(size);
    int first = Math.min(refused.of(size, 0), ways.size() - 1);
    try (Value input = Value.floats(latents, shape);
        Value picture = decode(input, size, ways, first, observer)) {
      return new Planes(size.height(), size.width(), picture.toFloats());
    }
  }

  private Value decode(Value latents, Size size, List<Tiling> ways, int way, Observer observer) {
    Tiling tiling = ways.get(way);
    try {
      observer.decoding(tiling.side());
      return tiling.equals(WHOLE)
          ? autoencoder.decode(latents)
          : autoencoder.decodeTiled(latents, tiling.side(), tiling.stride());
    } catch (TorchException | OutOfMemoryError e) {
      if (!Capacity.ranOut(e)) {
        throw e;
      }
      DeviceMemory.releaseCaches(placement);
      if (way == ways.size() - 1) {
        throw new OutOfMemoryException(
            "memory ran out decoding one picture of %s, even in the smallest tiles: %s"
                .formatted(size, e.getMessage()),
            e);
      }
    }
    refused.put(size, way + 1);
    return decode(latents, size, ways, way + 1, observer);
  }

  /** What can be tried, the most memory first; tiles as large as the picture save nothing. */
  private List<Tiling> ways(Size size) {
    boolean whole = holdsWhole((long) size.height() * size.width());
    int longest = Math.max(size.height(), size.width());
    return Stream.concat(
            whole ? Stream.of(WHOLE) : Stream.empty(),
            TILINGS.stream().filter(tiling -> !whole || tiling.side() < longest))
        .toList();
  }

  private boolean holdsWhole(long pixels) {
    OptionalLong bytes = free.get();
    if (pixels > WHOLE_PIXELS && (lowMemory || bytes.isEmpty())) {
      return false;
    }
    return bytes.isEmpty() || pixels * autoencoder.bytesOfPixel() <= bytes.getAsLong() / 2;
  }
}
