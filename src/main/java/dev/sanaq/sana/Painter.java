package dev.sanaq.sana;

/** Draws pictures: the pipeline, or in tests something that fails on purpose. */
public interface Painter extends AutoCloseable {
  /** What is loaded. */
  ModelInfo model();

  /**
   * Draws. One drawing at a time: a second caller waits.
   *
   * @throws UnsupportedSizeException where the size cannot be drawn
   * @throws OutOfMemoryException where the device's memory does not hold the work
   */
  Drawn draw(Drawing drawing, Progress progress);

  @Override
  void close();
}
