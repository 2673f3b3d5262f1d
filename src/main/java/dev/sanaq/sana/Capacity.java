package dev.sanaq.sana;

import dev.sanaq.image.Size;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.TorchException;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * How many pictures a pass may hold: those whose activations fill half of the free memory, and
 * never more than what once turned out to be too many. Safe for use by several threads.
 *
 * <p>On a processor free is what the system has available at that moment; on a GPU what was left
 * when the weights were in, since the engine keeps what it once had.
 */
final class Capacity {
  private static final int MOST = 32;

  /**
   * On a processor more pixels a pass bring no speed, and steps should stay short: between them
   * progress is told and cancellation heard. Also the rule where nobody says what memory is free.
   */
  private static final long FEW_PIXELS = 4L << 20;

  /**
   * Live at once in Mix-FFN, the widest part of a block, in units of a token's width: the expanded
   * tokens, their convolution and its workspace, and the residual stream.
   */
  private static final int WIDTHS_A_TOKEN = 24;

  private static final int CAPTION_TOKENS = 300;

  private final TransformerConfig transformer;
  private final int compression;
  private final Placement placement;
  private final Supplier<OptionalLong> free;
  private final Learnt<Pass> learnt = new Learnt<>();

  /** What memory depends on, the number of pictures aside. */
  private record Pass(Size size, int halves) {}

  Capacity(
      TransformerConfig transformer,
      int compression,
      Placement placement,
      Supplier<OptionalLong> free) {
    this.transformer = transformer;
    this.compression = compression;
    this.placement = placement;
    this.free = free;
  }

  /**
   * Pictures a pass, 1 to 32.
   *
   * @param size in pixels
   * @param halves rows a picture: 2 under guidance
   */
  int pictures(Size size, int halves) {
    long most = MOST;
    OptionalLong bytes = free.get();
    if (placement.gpu() < 0 || bytes.isEmpty()) {
      most = Math.min(most, FEW_PIXELS / ((long) size.height() * size.width()));
    }
    if (bytes.isPresent()) {
      most = Math.min(most, bytes.getAsLong() / 2 / (halves * bytesOfRow(size)));
    }
    return (int) Math.max(1, Math.min(most, learnt.of(new Pass(size, halves), MOST)));
  }

  /** So many pictures were too many: half of them are tried next. */
  int halve(Size size, int halves, int pictures) {
    learnt.put(new Pass(size, halves), pictures / 2);
    return pictures / 2;
  }

  /** Memory ran out: what the engine keeps for later goes back before anything is tried again. */
  void releaseCaches() {
    DeviceMemory.releaseCaches(placement);
  }

  private long bytesOfRow(Size size) {
    long side = (long) compression * transformer.patchSize();
    long tokens = size.height() / side * (size.width() / side);
    long keysAndValues = 2L * CAPTION_TOKENS * transformer.crossWidth() * transformer.numLayers();
    return placement.precision().bytes()
        * (tokens * WIDTHS_A_TOKEN * transformer.width() + keysAndValues);
  }

  /** Whether this says that memory ran out: the engine's, or the heap. */
  static boolean ranOut(Throwable e) {
    return e instanceof OutOfMemoryError
        || (e instanceof TorchException torch && torch.isOutOfMemory());
  }
}
