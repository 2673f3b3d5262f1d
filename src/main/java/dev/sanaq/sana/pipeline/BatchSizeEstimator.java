package dev.sanaq.sana.pipeline;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.collection.LearnedLimits;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Estimates how many images fit into one pass (the worker's JobQueue decides which jobs form a
 * batch): their activations may fill half of the free memory. Once a pass ran out of memory, passes
 * of that size stay below it. Safe for several threads.
 */
final class BatchSizeEstimator {
  private static final int MAX_BATCH_IMAGES = 32;

  /**
   * On a CPU more pixels per pass are not faster, and short steps report progress and react to
   * cancellation sooner. Also the limit where the free memory is unknown.
   */
  private static final long DEFAULT_MAX_PIXELS = 4L << 20;

  private static final int PROMPT_TOKENS = 300;

  /** The outputs of a ControlNet's blocks exist twice while its scale is applied. */
  private static final int CONTROL_COPIES = 2;

  private final TransformerConfig transformer;
  private final int compression;
  private final DevicePlacement placement;
  private final Supplier<OptionalLong> freeBytes;
  private final LearnedLimits<LimitKey> learnedLimits =
      new LearnedLimits<>(images -> Math.min(MAX_BATCH_IMAGES, 2 * images));

  /** What the memory of one image depends on. */
  private record LimitKey(ImageSize size, int guidanceRows, int controlLayers) {}

  /**
   * @param compression pixels per latent, each side
   * @param freeBytes of the device, if known
   */
  BatchSizeEstimator(
      TransformerConfig transformer,
      int compression,
      DevicePlacement placement,
      Supplier<OptionalLong> freeBytes) {
    this.transformer = transformer;
    this.compression = compression;
    this.placement = placement;
    this.freeBytes = freeBytes;
  }

  /**
   * The images per pass, 1 to 32.
   *
   * @param size in pixels
   * @param guidanceRows rows per image: 2 under classifier-free guidance
   * @param controlLayers blocks of the ControlNet that acts; 0 for none
   */
  int maxImages(ImageSize size, int guidanceRows, int controlLayers) {
    LimitKey key = new LimitKey(size, guidanceRows, controlLayers);
    long max = learnedLimits.get(key).orElse(MAX_BATCH_IMAGES);
    if (placement.isGpu()) {
      max = Math.min(max, DeviceMemory.MAX_TENSOR_ELEMENTS / (guidanceRows * elementsPerRow(size)));
    }
    OptionalLong bytes = freeBytes.get();
    if (!placement.isGpu() || bytes.isEmpty()) {
      max = Math.min(max, DEFAULT_MAX_PIXELS / ((long) size.height() * size.width()));
    }
    if (bytes.isPresent()) {
      max =
          Math.min(max, bytes.getAsLong() / 2 / (guidanceRows * bytesPerRow(size, controlLayers)));
    }
    return (int) Math.max(1, max);
  }

  /**
   * Limits passes of this size to half of the given number of images, which ran out of memory.
   *
   * @return the new limit
   */
  int halveLimit(ImageSize size, int guidanceRows, int controlLayers, int images) {
    learnedLimits.learn(new LimitKey(size, guidanceRows, controlLayers), images / 2);
    return images / 2;
  }

  /** A pass of this many images had enough memory; a learned limit relaxes after several. */
  void passSucceeded(ImageSize size, int guidanceRows, int controlLayers, int images) {
    LimitKey key = new LimitKey(size, guidanceRows, controlLayers);
    if (images >= learnedLimits.get(key).orElse(MAX_BATCH_IMAGES)) {
      learnedLimits.succeeded(key);
    }
  }

  /** Returns the engine's cached memory to the device, before a retry. */
  void releaseCaches() {
    DeviceMemory.releaseCaches(placement);
  }

  private long tokens(ImageSize size) {
    long side = (long) compression * transformer.patchSize();
    return size.height() / side * (size.width() / side);
  }

  /** Of the largest tensor: Mix-FFN's expanded tokens, with the gate. */
  private long elementsPerRow(ImageSize size) {
    return tokens(size) * 2 * transformer.mlpChannels();
  }

  /**
   * With a ControlNet, besides: its keys and values for the whole pass, and the outputs of its
   * blocks while the transformer runs. Its own activations come before the transformer's, and are
   * not more.
   */
  private long bytesPerRow(ImageSize size, int controlLayers) {
    long keysAndValues =
        2L * PROMPT_TOKENS * transformer.crossWidth() * (transformer.numLayers() + controlLayers);
    long outputs = tokens(size) * transformer.width() * controlLayers * CONTROL_COPIES;
    return tokens(size) * SanaTransformer.bytesPerToken(transformer, placement.basePrecision())
        + placement.basePrecision().bytes() * (keysAndValues + outputs);
  }
}
