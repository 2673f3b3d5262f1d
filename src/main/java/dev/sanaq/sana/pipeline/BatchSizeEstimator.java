package dev.sanaq.sana.pipeline;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.image.ImageSize;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.TorchException;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * How many images a pass may hold: those whose activations fill half of the free memory, and never
 * more than what once turned out to be too many. Safe for use by several threads.
 *
 * <p>On a processor free is what the system has available at that moment; on a GPU what was left
 * when the weights were in, since the engine keeps what it once had.
 */
final class BatchSizeEstimator {
  private static final int MAX_BATCH_IMAGES = 32;

  /**
   * On a processor more pixels a pass bring no speed, and steps should stay short: between them
   * progress is told and cancellation heard. Also the rule where nobody says what memory is free.
   */
  private static final long DEFAULT_MAX_PIXELS = 4L << 20;

  /**
   * Live at once in Mix-FFN, the widest part of a block, in units of a token's width: the expanded
   * tokens, their convolution and its workspace, and the residual stream.
   */
  private static final int LIVE_WIDTHS_PER_TOKEN = 24;

  private static final int PROMPT_TOKENS = 300;

  private final TransformerConfig transformer;
  private final int compression;
  private final DevicePlacement placement;
  private final Supplier<OptionalLong> freeBytes;
  private final LearnedLimits<LimitKey> learnedLimits = new LearnedLimits<>();

  /** What memory depends on, the number of images aside. */
  private record LimitKey(ImageSize size, int guidanceRows) {}

  BatchSizeEstimator(
      TransformerConfig transformer,
      int compression,
      DevicePlacement placement,
      Supplier<OptionalLong> free) {
    this.transformer = transformer;
    this.compression = compression;
    this.placement = placement;
    this.freeBytes = free;
  }

  /**
   * Images a pass, 1 to 32.
   *
   * @param size in pixels
   * @param halves rows an image: 2 under guidance
   */
  int maxImages(ImageSize size, int halves) {
    long most = MAX_BATCH_IMAGES;
    OptionalLong bytes = freeBytes.get();
    if (placement.gpu() < 0 || bytes.isEmpty()) {
      most = Math.min(most, DEFAULT_MAX_PIXELS / ((long) size.height() * size.width()));
    }
    if (bytes.isPresent()) {
      most = Math.min(most, bytes.getAsLong() / 2 / (halves * bytesPerRow(size)));
    }
    return (int)
        Math.max(
            1,
            Math.min(
                most, learnedLimits.getOrDefault(new LimitKey(size, halves), MAX_BATCH_IMAGES)));
  }

  /** So many images were too many: half of them are tried next. */
  int halveLimit(ImageSize size, int halves, int images) {
    learnedLimits.put(new LimitKey(size, halves), images / 2);
    return images / 2;
  }

  /** Memory ran out: what the engine keeps for later goes back before anything is tried again. */
  void releaseCaches() {
    DeviceMemory.releaseCaches(placement);
  }

  private long bytesPerRow(ImageSize size) {
    long side = (long) compression * transformer.patchSize();
    long tokens = size.height() / side * (size.width() / side);
    long keysAndValues = 2L * PROMPT_TOKENS * transformer.crossWidth() * transformer.numLayers();
    return placement.precision().bytes()
        * (tokens * LIVE_WIDTHS_PER_TOKEN * transformer.width() + keysAndValues);
  }

  /** Whether this says that memory ran out: the engine's, or the heap. */
  static boolean isOutOfMemory(Throwable e) {
    return e instanceof OutOfMemoryError
        || (e instanceof TorchException torch && torch.isOutOfMemory());
  }
}
