package dev.sanaq.sana.score;

import dev.sanaq.image.RgbImage;
import java.util.List;

/** Scores how well images fit their prompt. One caller at a time. */
public interface ImageScorer extends AutoCloseable {
  /**
   * The scores of images, the higher the better; they depend on nothing but image and prompt.
   *
   * @param prompt of all images
   */
  List<Double> scoreAll(String prompt, List<RgbImage> images);

  @Override
  void close();
}
