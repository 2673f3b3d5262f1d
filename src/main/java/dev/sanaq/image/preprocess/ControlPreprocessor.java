package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/** Makes the input of a ControlNet from an image: white lines on black. Stateless. */
public interface ControlPreprocessor {
  /** Its name in requests, options and training configurations. */
  String name();

  /**
   * The lines of an image.
   *
   * @return of the same size, each pixel black or white
   */
  RgbImage process(RgbImage image);
}
