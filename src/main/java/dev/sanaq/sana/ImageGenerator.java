package dev.sanaq.sana;

import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.lora.UnusableAdapterException;
import java.util.List;

/** Generates images from prompts. Safe for several threads; calls run one at a time. */
public interface ImageGenerator extends AutoCloseable {
  /** The loaded model. */
  ModelInfo model();

  /**
   * Generates the images of one prompt.
   *
   * @param progress reports each step; an exception from it ends the generation
   * @throws UnsupportedSizeException if the model cannot generate the size
   * @throws DeviceMemoryException if memory does not hold a single image
   * @throws DeviceLostException if the GPU computes no more; every later call fails as well
   */
  GenerationResult generate(GenerationParams params, ProgressListener progress);

  /**
   * Generates several entries of one {@link BatchKey} together, in as few passes as memory allows.
   * Each image is that of {@link #generate}, within rounding.
   *
   * @param params at least one, all of the same batch key
   * @param control reports progress, and cancels entries
   * @return the result of each entry, in order
   * @throws UnsupportedSizeException if the model cannot generate the size
   * @throws DeviceMemoryException if memory does not hold a single image
   * @throws DeviceLostException if the GPU computes no more; every later call fails as well
   */
  List<BatchResult> generateBatch(List<GenerationParams> params, BatchControl control);

  /**
   * Opens an adapter of another place than the model's folder, so that a batch that uses it need
   * not. Any number of threads; does not wait for a running batch.
   *
   * @throws UnusableAdapterException if it cannot be used with this model
   */
  void openAdapter(LoraWeight adapter);

  /** Whether the steps of a batch have previews. */
  default boolean hasPreviews() {
    return false;
  }

  /** Whether it has a scorer, which selects images among candidates. */
  default boolean selectsImages() {
    return false;
  }

  /** The number of images, at least 1, that fit into one pass according to the memory estimate. */
  int maxBatchImages(BatchKey key);

  @Override
  void close();
}
