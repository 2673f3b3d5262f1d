package dev.sanaq.sana;

import java.util.List;

/** Draws images: the pipeline, or in tests something that fails on purpose. */
public interface ImageGenerator extends AutoCloseable {
  /** What is loaded. */
  ModelInfo model();

  /**
   * Draws. One drawing at a time: a second caller waits.
   *
   * @throws UnsupportedSizeException where the size cannot be drawn
   * @throws DeviceMemoryException where the device's memory does not hold the work
   */
  GenerationResult generate(GenerationParams drawing, ProgressListener progress);

  /**
   * Draws several drawings of one {@link BatchKey} in as few passes as memory allows. Each image is
   * the one that {@link #generate} makes, within rounding.
   *
   * @param drawings at least one, all of one shape
   * @return what came of each, in their order
   * @throws UnsupportedSizeException where the size cannot be drawn
   * @throws DeviceMemoryException where the device's memory does not even hold one image
   */
  List<BatchResult> generateBatch(List<GenerationParams> drawings, BatchControl progress);

  /**
   * How many images of that shape are worth drawing together: as many as memory is known to hold,
   * at least 1.
   */
  int maxBatchImages(BatchKey shape);

  @Override
  void close();
}
