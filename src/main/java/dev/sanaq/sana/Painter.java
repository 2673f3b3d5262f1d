package dev.sanaq.sana;

import java.util.List;

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

  /**
   * Draws several drawings of one {@link Shape} in as few passes as memory allows. Each picture is
   * the one that {@link #draw} makes, within rounding.
   *
   * @param drawings at least one, all of one shape
   * @return what came of each, in their order
   * @throws UnsupportedSizeException where the size cannot be drawn
   * @throws OutOfMemoryException where the device's memory does not even hold one picture
   */
  List<BatchResult> drawTogether(List<Drawing> drawings, BatchProgress progress);

  /**
   * How many pictures of that shape are worth drawing together: as many as memory is known to hold,
   * at least 1.
   */
  int picturesTogether(Shape shape);

  @Override
  void close();
}
