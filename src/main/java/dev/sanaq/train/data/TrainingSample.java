package dev.sanaq.train.data;

import java.util.List;

/**
 * An image to learn from and what may be said of it.
 *
 * @param image its file, relative to the folder of the list
 * @param background 0xRRGGBB, what shows where the image is transparent: one file serves many rows
 * @param repeats how often it is drawn in an epoch, at least 1
 * @param captions of which each draw chooses one; none for an autoencoder
 */
public record TrainingSample(
    String image, int background, int repeats, List<ScoredCaption> captions) {
  /** What shows through where the list says nothing. */
  public static final int WHITE = 0xffffff;

  public TrainingSample {
    captions = List.copyOf(captions);
  }
}
